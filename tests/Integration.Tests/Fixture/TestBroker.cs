using System.Collections.Concurrent;
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

/// <summary>The virtual host of one system.</summary>
internal sealed class TestBroker(Uri amqp, Uri management, string virtualHost) : Broker(amqp, management, virtualHost), IAsyncDisposable
{
    private static readonly string[] EventExchanges = ["order.events", "inventory.events", "payment.events"];
    private readonly List<IConnection> _connections = [];
    private readonly List<string> _users = [];

    /// <summary>Sets a policy for queues, those that exist included.</summary>
    public Task SetPolicyAsync(string name, string pattern, object definition) =>
        SendAsync(
            HttpMethod.Put, $"policies/{VirtualHost}/{name}",
            new Dictionary<string, object> { ["pattern"] = pattern, ["apply-to"] = "queues", ["definition"] = definition });

    /// <summary>Creates a user that may do less than everything in this virtual host, and returns the address for it.</summary>
    public async Task<Uri> AddUserAsync(string name, string configure, string write, string read)
    {
        var user = $"{name}_{VirtualHost}";
        await SendAsync(HttpMethod.Put, $"users/{user}", new { password = user, tags = "management" });
        await AllowAsync(user, configure, write, read);
        _users.Add(user);
        return new UriBuilder(Uri) { UserName = user, Password = user }.Uri;
    }

    /// <summary>
    /// Loses every exchange, queue, binding and message of this virtual host, as a broker that comes back with an empty disk.
    /// </summary>
    /// <param name="meanwhile">Done while the virtual host does not exist.</param>
    public async Task LoseDefinitionsAsync(Func<Task> meanwhile)
    {
        await DeleteAsync();
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
        var connection = await ConnectAsync(address);
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

    /// <summary>Names of the queues of this virtual host, without those that the broker named itself.</summary>
    public async Task<IReadOnlyList<string>> QueueNamesAsync() =>
        [.. (await QueuesAsync()).Select(queue => queue.Name)
            .Where(name => !name.StartsWith("amq.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Closes the test's own connections and deletes the virtual host with all that is in it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
        await DeleteAsync();
        foreach (var user in _users) await SendAsync(HttpMethod.Delete, $"users/{user}");
        Dispose();
    }

    /// <summary>The API may be unavailable for a while after a restart of the broker.</summary>
    protected override Task SendAsync(HttpMethod method, string path, object? body = null, CancellationToken ct = default) =>
        Eventually.True($"{method} {path} of the management API", async () =>
        {
            await base.SendAsync(method, path, body, ct);
            return true;
        });
}
