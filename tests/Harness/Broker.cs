using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace Fulfillment.Harness;

/// <summary>A queue as the management API reports it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ready">Messages that wait for a consumer.</param>
/// <param name="Unacknowledged">Messages that a consumer has.</param>
/// <param name="Redelivered">Number of redeliveries so far.</param>
/// <param name="Consumers">Number of consumers.</param>
internal sealed record QueueState(string Name, long Ready, long Unacknowledged, long Redelivered, int Consumers);

/// <summary>A virtual host on the broker, through the plain RabbitMQ client and the management API, whose counts are seconds old.</summary>
/// <param name="server">Address of the broker.</param>
/// <param name="management">Address of the management API.</param>
/// <param name="virtualHost">Its name.</param>
internal class Broker(Uri server, Uri management, string virtualHost) : IDisposable
{
    private readonly HttpClient _management = ManagementClient(management);

    /// <summary>Address of the virtual host.</summary>
    public Uri Uri { get; } = new UriBuilder(server) { Path = virtualHost }.Uri;

    protected string VirtualHost => virtualHost;

    /// <summary>Creates a virtual host on the broker that the environment names; an old one of this name is deleted.</summary>
    public static async Task<Broker> PrepareAsync(string virtualHost, CancellationToken ct)
    {
        var broker = new Broker(Setting("FULFILLMENT_RABBITMQ"), Setting("FULFILLMENT_RABBITMQ_MANAGEMENT"), virtualHost);
        await broker.DeleteAsync(ct);
        await broker.CreateAsync(ct);
        return broker;
    }

    /// <summary>Creates the virtual host, empty and open to the user of the address.</summary>
    public async Task CreateAsync(CancellationToken ct = default)
    {
        await SendAsync(HttpMethod.Put, $"vhosts/{VirtualHost}", ct: ct);
        await AllowAsync(Uri.UserInfo.Split(':')[0], ".*", ".*", ".*", ct);
    }

    /// <summary>Deletes the virtual host with all that is in it, which ends all of its connections.</summary>
    public Task DeleteAsync(CancellationToken ct = default) => SendAsync(HttpMethod.Delete, $"vhosts/{VirtualHost}", ct: ct);

    /// <summary>Ready messages of each queue, read from the queues themselves.</summary>
    public async Task<Dictionary<string, uint>> CountMessagesAsync(CancellationToken ct)
    {
        var queues = await ReadAsync("queues/{vhost}?disable_stats=true", ct);
        await using var connection = await ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var counts = new Dictionary<string, uint>();
        foreach (var name in queues.EnumerateArray().Select(queue => queue.GetProperty("name").GetString()!))
            counts[name] = (await channel.QueueDeclarePassiveAsync(name, ct)).MessageCount;
        return counts;
    }

    /// <summary>The management API's data of each queue.</summary>
    public async Task<IReadOnlyList<QueueState>> QueuesAsync(CancellationToken ct = default) =>
    [
        .. (await ReadAsync("queues/{vhost}", ct)).EnumerateArray().Select(queue => new QueueState(
            queue.GetProperty("name").GetString()!,
            Number(queue, "messages_ready"),
            Number(queue, "messages_unacknowledged"),
            queue.TryGetProperty("message_stats", out var stats) ? Number(stats, "redeliver") : 0,
            (int)Number(queue, "consumers"))),
    ];

    /// <summary>Exchange and routing key of every explicit binding of a queue.</summary>
    public async Task<IReadOnlyList<(string Exchange, string RoutingKey)>> BindingsAsync(string queue, CancellationToken ct) =>
    [
        .. (await ReadAsync($"queues/{{vhost}}/{queue}/bindings", ct)).EnumerateArray()
            .Select(binding => (
                Exchange: binding.GetProperty("source").GetString()!, RoutingKey: binding.GetProperty("routing_key").GetString()!))
            .Where(binding => binding.Exchange.Length > 0),
    ];

    /// <summary>Closes every connection to the virtual host, as an administrator does.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CloseConnectionsAsync(CancellationToken ct = default)
    {
        var names = (await ReadAsync("vhosts/{vhost}/connections", ct))
            .EnumerateArray().Select(connection => connection.GetProperty("name").GetString()!).ToList();
        foreach (var name in names) await SendAsync(HttpMethod.Delete, $"connections/{System.Uri.EscapeDataString(name)}", ct: ct);
        return names.Count;
    }

    public Task<IConnection> ConnectAsync(CancellationToken ct = default) => ConnectAsync(Uri, ct);

    /// <summary>The same as another user.</summary>
    public static Task<IConnection> ConnectAsync(Uri address, CancellationToken ct = default) =>
        new ConnectionFactory { Uri = address, ClientProvidedName = "harness", AutomaticRecoveryEnabled = false }.CreateConnectionAsync(ct);

    public async Task<string> VersionAsync(CancellationToken ct)
    {
        var overview = await ReadAsync("overview", ct);
        return $"RabbitMQ {overview.GetProperty("rabbitmq_version")} (Erlang {overview.GetProperty("erlang_version")})";
    }

    /// <summary>Process id of the broker on its own machine, which may be another one.</summary>
    public async Task<int> ProcessIdAsync(CancellationToken ct)
    {
        var node = (await ReadAsync("nodes", ct)).EnumerateArray().FirstOrDefault();
        if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty("os_pid", out var id)) return 0;
        return int.TryParse(id.GetString(), out var pid) ? pid : 0;
    }

    /// <summary>Reads a resource of the management API.</summary>
    /// <param name="path">For example <c>queues/{vhost}/order-created-queue</c>, where {vhost} is replaced.</param>
    /// <param name="ct">Cancels the request.</param>
    public Task<JsonElement> ReadAsync(string path, CancellationToken ct = default) => _management.GetFromJsonAsync<JsonElement>(
        new Uri($"api/{path.Replace("{vhost}", VirtualHost, StringComparison.Ordinal)}", UriKind.Relative), ct);

    public void Dispose() => _management.Dispose();

    /// <summary>Gives a user permissions in the virtual host.</summary>
    protected Task AllowAsync(string user, string configure, string write, string read, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Put, $"permissions/{VirtualHost}/{user}", new { configure, write, read }, ct);

    /// <summary>Changes something through the management API; what is deleted need not exist.</summary>
    protected virtual async Task SendAsync(HttpMethod method, string path, object? body = null, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(method, new Uri($"api/{path}", UriKind.Relative));
        // Without a length the API refuses a PUT.
        request.Content = new StringContent(body is null ? "" : JsonSerializer.Serialize(body), null, "application/json");
        using var response = await _management.SendAsync(request, ct);
        if (method != HttpMethod.Delete || response.StatusCode != HttpStatusCode.NotFound) response.EnsureSuccessStatusCode();
    }

    private static long Number(JsonElement element, string name) => element.TryGetProperty(name, out var number) ? number.GetInt64() : 0;

    private static HttpClient ManagementClient(Uri address)
    {
        var server = address.GetLeftPart(UriPartial.Authority).Replace($"{address.UserInfo}@", "", StringComparison.Ordinal);
        var client = new HttpClient { BaseAddress = new Uri(server + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(System.Uri.UnescapeDataString(address.UserInfo))));
        return client;
    }

    private static Uri Setting(string name) => Uri.TryCreate(Environment.GetEnvironmentVariable(name), UriKind.Absolute, out var uri)
        ? uri
        : throw new HarnessException($"{name} is missing; ./dev servers env bench prints it.");
}
