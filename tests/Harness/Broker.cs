using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace Fulfillment.Harness;

/// <summary>A queue as the management API reports it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ready">Messages that wait for a consumer.</param>
/// <param name="Unacknowledged">Messages that a consumer has.</param>
/// <param name="Redelivered">Number of redeliveries so far.</param>
/// <param name="Consumers">Number of consumers.</param>
internal sealed record QueueState(string Name, long Ready, long Unacknowledged, long Redelivered, int Consumers);

/// <summary>A virtual host of this run on the broker.</summary>
internal sealed class Broker : IDisposable
{
    private readonly string _virtualHost;
    private readonly HttpClient _management;

    private Broker(Uri server, Uri management, string virtualHost)
    {
        _virtualHost = virtualHost;
        var address = management.GetLeftPart(UriPartial.Authority).Replace($"{management.UserInfo}@", "", StringComparison.Ordinal);
        _management = new HttpClient { BaseAddress = new Uri(address) };
        var credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(management.UserInfo));
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        Uri = new UriBuilder(server) { Path = virtualHost }.Uri;
    }

    /// <summary>Address of the virtual host.</summary>
    public Uri Uri { get; }

    public static async Task<Broker> PrepareAsync(string virtualHost, CancellationToken ct)
    {
        var broker = new Broker(Setting("FULFILLMENT_RABBITMQ"), Setting("FULFILLMENT_RABBITMQ_MANAGEMENT"), virtualHost);
        await broker.DeleteAsync(ct);
        await broker.CreateAsync(ct);
        return broker;
    }

    /// <summary>Creates the virtual host, empty.</summary>
    public async Task CreateAsync(CancellationToken ct)
    {
        using var created = await _management.PutAsync($"api/vhosts/{_virtualHost}", null, ct);
        created.EnsureSuccessStatusCode();
        var user = Uri.UserInfo.Split(':')[0];
        using var allowed = await _management.PutAsJsonAsync(
            $"api/permissions/{_virtualHost}/{user}", new { configure = ".*", write = ".*", read = ".*" }, ct);
        allowed.EnsureSuccessStatusCode();
    }

    public async Task DeleteAsync(CancellationToken ct)
    {
        using var deleted = await _management.DeleteAsync(new Uri($"api/vhosts/{_virtualHost}", UriKind.Relative), ct);
        if (deleted.StatusCode != System.Net.HttpStatusCode.NotFound) deleted.EnsureSuccessStatusCode();
    }

    /// <summary>Ready messages of each queue, read from the queues themselves: the management API's numbers are seconds old.</summary>
    public async Task<Dictionary<string, uint>> CountMessagesAsync(CancellationToken ct)
    {
        var queues = await GetAsync($"api/queues/{_virtualHost}?disable_stats=true", ct);
        await using var connection = await new ConnectionFactory { Uri = Uri }.CreateConnectionAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var counts = new Dictionary<string, uint>();
        foreach (var name in queues.AsArray().Select(queue => queue!["name"]!.GetValue<string>()))
            counts[name] = (await channel.QueueDeclarePassiveAsync(name, ct)).MessageCount;
        return counts;
    }

    /// <summary>The management API's data of each queue, at most some seconds old.</summary>
    public async Task<IReadOnlyList<QueueState>> QueuesAsync(CancellationToken ct) =>
    [
        .. (await GetAsync($"api/queues/{_virtualHost}", ct)).AsArray().Select(queue => new QueueState(
            queue!["name"]!.GetValue<string>(),
            queue["messages_ready"]?.GetValue<long>() ?? 0,
            queue["messages_unacknowledged"]?.GetValue<long>() ?? 0,
            queue["message_stats"]?["redeliver"]?.GetValue<long>() ?? 0,
            queue["consumers"]?.GetValue<int>() ?? 0)),
    ];

    /// <summary>Exchange and routing key of every explicit binding of a queue.</summary>
    public async Task<IReadOnlyList<(string Exchange, string RoutingKey)>> BindingsAsync(string queue, CancellationToken ct) =>
    [
        .. (await GetAsync($"api/queues/{_virtualHost}/{queue}/bindings", ct)).AsArray()
            .Select(binding => (Exchange: binding!["source"]!.GetValue<string>(), RoutingKey: binding["routing_key"]!.GetValue<string>()))
            .Where(binding => binding.Exchange.Length > 0),
    ];

    /// <summary>Closes every connection to the virtual host.</summary>
    public async Task CloseConnectionsAsync(CancellationToken ct)
    {
        foreach (var connection in (await GetAsync($"api/vhosts/{_virtualHost}/connections", ct)).AsArray())
        {
            using var closed = await _management.DeleteAsync(
                new Uri($"api/connections/{System.Uri.EscapeDataString(connection!["name"]!.GetValue<string>())}", UriKind.Relative), ct);
            if (closed.StatusCode != System.Net.HttpStatusCode.NotFound) closed.EnsureSuccessStatusCode();
        }
    }

    public Task<IConnection> ConnectAsync(CancellationToken ct) =>
        new ConnectionFactory { Uri = Uri, ClientProvidedName = "load", AutomaticRecoveryEnabled = false }.CreateConnectionAsync(ct);

    public async Task<string> VersionAsync(CancellationToken ct)
    {
        var overview = await GetAsync("api/overview", ct);
        return $"RabbitMQ {overview["rabbitmq_version"]} (Erlang {overview["erlang_version"]})";
    }

    /// <summary>Process id of the broker on its own machine, which may be another one.</summary>
    public async Task<int> ProcessIdAsync(CancellationToken ct) =>
        int.TryParse((await GetAsync("api/nodes", ct))[0]?["os_pid"]?.GetValue<string>(), out var pid) ? pid : 0;

    public void Dispose() => _management.Dispose();

    private async Task<JsonNode> GetAsync(string path, CancellationToken ct) =>
        (await _management.GetFromJsonAsync<JsonNode>(path, ct))!;

    private static Uri Setting(string name) => Uri.TryCreate(Environment.GetEnvironmentVariable(name), UriKind.Absolute, out var uri)
        ? uri
        : throw new HarnessException($"{name} is missing; ./dev servers env bench prints it.");
}
