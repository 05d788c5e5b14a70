using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Operations;

/// <summary>The dead letters of one module, as an operator sees them.</summary>
internal sealed class DeadLetterApi(FulfillmentSystem system, string module)
{
    private string Prefix { get; } = $"{OperatorApi.PrefixOf(module)}/dead-letters";

    public async Task<IReadOnlyList<JsonElement>> ListAsync(string query = "") =>
        [.. (await system.GetAsync(module, $"{Prefix}?limit=500&{query}")).EnumerateArray()];

    public Task<JsonElement> GetAsync(long id) => system.GetAsync(module, $"{Prefix}/{id}");

    public Task<JsonElement> GroupsAsync() => system.GetAsync(module, $"{Prefix}/groups");

    /// <summary>Waits until there are as many dead letters as expected.</summary>
    public Task<IReadOnlyList<JsonElement>> ArriveAsync(int count, string query = "") =>
        Eventually.Get($"{count} dead letters of {module}", () => ListAsync(query), deadLetters => deadLetters.Count == count);

    /// <summary>Starts a replay and waits until it has ended.</summary>
    public async Task<JsonElement> ReplayAsync(object request) => await EndOfAsync(await StartAsync(request));

    public async Task<long> StartAsync(object request)
    {
        var (status, answer) = await PostAsync("replay", request);
        status.ShouldBe(HttpStatusCode.Accepted, answer.ToString());
        return answer.GetProperty("id").GetInt64();
    }

    public Task<JsonElement> ProgressAsync(long replay) => system.GetAsync(module, $"{Prefix}/replays/{replay}");

    public Task<JsonElement> EndOfAsync(long replay) => Eventually.Get(
        $"the end of replay {replay}", () => ProgressAsync(replay),
        view => view.GetProperty("finishedAt").ValueKind == JsonValueKind.String);

    public async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string path, object request)
    {
        using var response = await system.Api(module).PostAsJsonAsync(new Uri($"{Prefix}/{path}", UriKind.Relative), request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task<HttpStatusCode> DeleteAsync(long id)
    {
        using var response = await system.Api(module).DeleteAsync(new Uri($"{Prefix}/{id}", UriKind.Relative));
        return response.StatusCode;
    }
}

/// <summary>What operators ask of a module.</summary>
internal static class OperatorApi
{
    public static string PrefixOf(string module) =>
        $"/api/{module switch { "Order" => "orders", "Payment" => "payments", "Notification" => "notifications", _ => "inventory" }}/ops";

    public static long Id(this JsonElement row) => row.GetProperty("id").GetInt64();

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
