using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Integration.Tests.Fixture;

/// <summary>A message as a foreign client sees it.</summary>
internal sealed record WireMessage(string Exchange, string RoutingKey, IReadOnlyBasicProperties Properties, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public string? Id => Properties.MessageId;

    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    public long OrderId => Json.GetProperty("orderId").GetInt64();
}

/// <summary>A queue that gets a copy of everything that is published to some exchanges.</summary>
internal sealed class MessageRecorder
{
    private readonly ConcurrentQueue<WireMessage> _seen = new();

    /// <summary>What has been published so far, in the order of arrival.</summary>
    public IReadOnlyList<WireMessage> Messages => [.. _seen];

    public IReadOnlyList<WireMessage> Of(string eventType, long orderId) =>
        [.. Messages.Where(message => message.Properties.Type == eventType && message.OrderId == orderId)];

    public void Add(WireMessage message) => _seen.Enqueue(message);
}

/// <summary>The virtual host of one system, as seen by the plain RabbitMQ client and by the management API.</summary>
internal sealed class Broker(Uri amqp, Uri management, string virtualHost) : IAsyncDisposable
{
    private static readonly string[] EventExchanges = ["order.events", "inventory.events", "payment.events"];
    private readonly HttpClient _management = ManagementClient(management);
    private readonly List<IConnection> _connections = [];
    private readonly List<string> _users = [];

    /// <summary>Address of the virtual host.</summary>
    public Uri Uri { get; } = new(amqp, $"/{virtualHost}");

    /// <summary>Creates the virtual host, open to the user of the address.</summary>
    public async Task CreateAsync()
    {
        await SendAsync(HttpMethod.Put, $"vhosts/{virtualHost}");
        var user = amqp.UserInfo.Split(':')[0];
        await SendAsync(HttpMethod.Put, $"permissions/{virtualHost}/{user}", new { configure = ".*", write = ".*", read = ".*" });
    }

    /// <summary>Deletes the virtual host with all that is in it, which ends all of its connections.</summary>
    public Task DeleteAsync() => SendAsync(HttpMethod.Delete, $"vhosts/{virtualHost}");

    /// <summary>Sets a policy for queues, those that exist included.</summary>
    public Task SetPolicyAsync(string name, string pattern, object definition) =>
        SendAsync(
            HttpMethod.Put, $"policies/{virtualHost}/{name}",
            new Dictionary<string, object> { ["pattern"] = pattern, ["apply-to"] = "queues", ["definition"] = definition });

    /// <summary>Creates a user that may do less than everything in this virtual host, and returns the address for it.</summary>
    public async Task<Uri> AddUserAsync(string name, string configure, string write, string read)
    {
        var user = $"{name}_{virtualHost}";
        await SendAsync(HttpMethod.Put, $"users/{user}", new { password = user, tags = "management" });
        await SendAsync(HttpMethod.Put, $"permissions/{virtualHost}/{user}", new { configure, write, read });
        _users.Add(user);
        return new UriBuilder(Uri) { UserName = user, Password = user }.Uri;
    }

    /// <summary>
    /// Loses every exchange, queue, binding and message of this virtual host, as a broker that comes back with an empty disk.
    /// </summary>
    /// <param name="meanwhile">Done while the virtual host does not exist.</param>
    public async Task LoseDefinitionsAsync(Func<Task> meanwhile)
    {
        await SendAsync(HttpMethod.Delete, $"vhosts/{virtualHost}");
        await meanwhile();
        await CreateAsync();
    }

    /// <summary>Opens a channel of a connection of its own.</summary>
    public async Task<IChannel> OpenAsync(bool confirms = true)
    {
        return await OpenAsync(Uri, confirms);
    }

    /// <summary>The same as another user.</summary>
    public async Task<IChannel> OpenAsync(Uri address, bool confirms = true)
    {
        var connection = await new ConnectionFactory { Uri = address, ClientProvidedName = "test", AutomaticRecoveryEnabled = false }
            .CreateConnectionAsync();
        _connections.Add(connection);
        return await connection.CreateChannelAsync(new CreateChannelOptions(confirms, confirms));
    }

    /// <summary>Publishes a body with no property and no header at all, and waits until the broker has it.</summary>
    public async Task PublishBareAsync(string exchange, string routingKey, string body)
    {
        await using var channel = await OpenAsync();
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: false, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>Listens to everything that is published to the exchanges of the system, which must exist.</summary>
    public Task<MessageRecorder> RecordMessagesAsync() => RecordMessagesAsync([.. EventExchanges.Select(exchange => (exchange, "#"))]);

    /// <summary>Listens to some keys of some exchanges, which must exist.</summary>
    public async Task<MessageRecorder> RecordMessagesAsync(params (string Exchange, string Key)[] bindings)
    {
        var recorder = new MessageRecorder();
        var channel = await OpenAsync(confirms: false);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        foreach (var (exchange, key) in bindings) await channel.QueueBindAsync(queue, exchange, key);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            recorder.Add(new WireMessage(
                delivery.Exchange, delivery.RoutingKey, new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray()));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return recorder;
    }

    /// <summary>Messages that wait in a queue, not counting the ones that a consumer holds.</summary>
    public async Task<uint> WaitingAsync(string queue)
    {
        await using var channel = await OpenAsync(confirms: false);
        return await channel.MessageCountAsync(queue);
    }

    /// <summary>
    /// Waits until no queue holds a message, waiting or delivered, apart from dead letters.
    /// The counts of the management API are some seconds old.
    /// </summary>
    public Task DrainedAsync() => Eventually.Get(
        "every queue to be empty",
        async () => string.Join(", ", (await ReadAsync("queues/{vhost}")).EnumerateArray()
            .Where(queue => !queue.TryGetProperty("messages", out var messages) || messages.GetInt64() > 0)
            .Select(queue => queue.GetProperty("name").GetString()!)
            .Where(name => !name.StartsWith("amq.", StringComparison.Ordinal)
                && !name.EndsWith("-dead-letter-queue", StringComparison.Ordinal))),
        busy => busy.Length == 0);

    /// <summary>Takes the messages out of a queue that has no consumer.</summary>
    public async Task<IReadOnlyList<WireMessage>> TakeAsync(string queue)
    {
        await using var channel = await OpenAsync(confirms: false);
        var taken = new List<WireMessage>();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
            taken.Add(new WireMessage(
                message.Exchange, message.RoutingKey, new BasicProperties(message.BasicProperties), message.Body.ToArray()));
        return taken;
    }

    /// <summary>Reads a resource of this virtual host from the management API, whose counts are some seconds old.</summary>
    /// <param name="path">For example <c>queues/{vhost}/order-created-queue</c>, where {vhost} is replaced.</param>
    public async Task<JsonElement> ReadAsync(string path)
    {
        using var response = await _management.GetAsync(
            new Uri($"api/{path.Replace("{vhost}", virtualHost, StringComparison.Ordinal)}", UriKind.Relative));
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Closes every connection to this virtual host, as an administrator does.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CloseConnectionsAsync()
    {
        var names = (await ReadAsync("vhosts/{vhost}/connections"))
            .EnumerateArray().Select(connection => connection.GetProperty("name").GetString()!).ToList();
        foreach (var name in names) await SendAsync(HttpMethod.Delete, $"connections/{System.Uri.EscapeDataString(name)}");
        return names.Count;
    }

    /// <summary>Names of the queues of this virtual host, without those that the broker named itself.</summary>
    public async Task<IReadOnlyList<string>> QueuesAsync() =>
        [.. (await ReadAsync("queues/{vhost}")).EnumerateArray().Select(queue => queue.GetProperty("name").GetString()!)
            .Where(name => !name.StartsWith("amq.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Closes the test's own connections and deletes the virtual host with all that is in it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
        await DeleteAsync();
        foreach (var user in _users) await SendAsync(HttpMethod.Delete, $"users/{user}");
        _management.Dispose();
    }

    private async Task SendAsync(HttpMethod method, string path, object? body = null)
    {
        await Eventually.True($"{method} {path} of the management API", async () =>
        {
            using var request = new HttpRequestMessage(method, new Uri($"api/{path}", UriKind.Relative));
            // Without a length the API refuses a PUT.
            request.Content = body is null
                ? new StringContent("", null, "application/json")
                : new StringContent(JsonSerializer.Serialize(body), null, "application/json");
            using var response = await _management.SendAsync(request);
            return response.IsSuccessStatusCode || (method == HttpMethod.Delete && response.StatusCode == HttpStatusCode.NotFound);
        });
    }

    private static HttpClient ManagementClient(Uri address)
    {
        var server = address.GetLeftPart(UriPartial.Authority).Replace($"{address.UserInfo}@", "", StringComparison.Ordinal);
        var client = new HttpClient { BaseAddress = new Uri(server + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(System.Uri.UnescapeDataString(address.UserInfo))));
        return client;
    }
}
