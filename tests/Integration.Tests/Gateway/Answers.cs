using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Integration.Tests.Gateway;

/// <summary>Reads what the gateway answers.</summary>
internal static class Answers
{
    /// <summary>The problem that an answer of this status is about.</summary>
    public static async Task<JsonElement> ProblemOf(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("status").GetInt32().ShouldBe((int)status);
        problem.GetProperty("type").GetString().ShouldBe($"/errors/{problem.GetProperty("code").GetString()}");
        foreach (var name in new[] { "title", "detail", "traceId" }) problem.GetProperty(name).GetString().ShouldNotBeNullOrEmpty(name);
        return problem;
    }

    /// <summary>All values of a header; none when the answer does not have it.</summary>
    public static IEnumerable<string> HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values : [];

    public static JsonContent Anything => JsonContent.Create(new { });
}
