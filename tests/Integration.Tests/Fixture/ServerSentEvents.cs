using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Integration.Tests.Fixture;

/// <summary>An event as a browser gets it.</summary>
internal sealed record ServerSentEvent(string Name, string? Id, JsonElement Data);

/// <summary>Reads streams of server-sent events.</summary>
internal static class ServerSentEvents
{
    /// <summary>Reads until the server ends the stream, or the caller stops reading.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> ListenAsync(
        this HttpClient http, string path, string? lastEventId = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Headers.GetValues("X-Accel-Buffering").ShouldBe(["no"]);

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
        var (name, id, data) = ("message", (string?)null, "");
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line["event: ".Length..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line["id: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data += line["data: ".Length..];
            else if (line.Length == 0 && data.Length > 0)
            {
                yield return new ServerSentEvent(name, id, JsonDocument.Parse(data).RootElement);
                (name, id, data) = ("message", null, "");
            }
        }
    }

    /// <summary>Everything that is sent until the server ends the stream.</summary>
    public static async Task<IReadOnlyList<ServerSentEvent>> ListenToTheEndAsync(
        this HttpClient http, string path, string? lastEventId = null)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        var events = new List<ServerSentEvent>();
        await foreach (var sent in http.ListenAsync(path, lastEventId, deadline.Token)) events.Add(sent);
        return events;
    }
}
