using System.Collections.Concurrent;
using Fulfillment.Chaos.TestEnvironment;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Chaos.Faults;

/// <summary>Duplicate and invalid messages, and deleted queues and bindings.</summary>
internal sealed class MessageFaults(ChaosEnvironment system, MessageRecorder? recorder, int seed)
{
    private const string DeadLetterSuffix = "-dead-letter-queue";
    private const string UnroutableQueue = "unrouted-queue";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);
    private readonly ConcurrentDictionary<string, PoisonMessage> _poison = [];
    private readonly Random _random = new(seed);

    /// <summary>The injected messages, by message id.</summary>
    public IReadOnlyDictionary<string, PoisonMessage> Injected => _poison;

    public IEnumerable<KeyValuePair<string, Func<Fault, CancellationToken, Task>>> Makers =>
    [
        new("duplicates", RepeatAsync),
        new("poison", PoisonAsync),
        new("delete-binding", (fault, ct) => DeleteAsync(fault, BindingsAsync, ct)),
        new("delete-queue", (fault, ct) =>
            DeleteAsync(fault, (channel, queue, token) => channel.QueueDeleteAsync(queue, cancellationToken: token), ct)),
    ];

    /// <summary>Queues that have handlers.</summary>
    public async Task<IReadOnlyList<string>> WorkQueuesAsync(CancellationToken ct) =>
    [
        .. (await system.Broker.QueuesAsync(ct)).Select(queue => queue.Name)
            .Where(name => name is not (MessageRecorder.Queue or UnroutableQueue))
            .Where(name => !name.EndsWith(DeadLetterSuffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private async Task RepeatAsync(Fault fault, CancellationToken ct)
    {
        using var turn = await system.TakeMessagesAsync(ct);
        var chosen = recorder?.Choose((int)fault.Size, _random) ?? [];
        await PublishAsync(
            [.. chosen.Select(message => (message.Exchange, message.RoutingKey, message.Body, Ours(message.Properties)))], ct);
        system.Log.Count("duplicates", chosen.Count);
    }

    private async Task PoisonAsync(Fault fault, CancellationToken ct)
    {
        using var turn = await system.TakeMessagesAsync(ct);
        var queues = await WithRetriesAsync(WorkQueuesAsync, ct);
        var messages = new List<(string, string, byte[], BasicProperties)>();
        foreach (var (name, body) in Poison.Bodies)
        {
            var id = $"poison-{Guid.NewGuid():N}";
            var queue = queues[_random.Next(queues.Count)];
            _poison[id] = new PoisonMessage(queue, name);
            messages.Add(("", queue, body, Strange(id)));
        }

        await PublishAsync(messages, ct);
        system.Log.Count("poison messages", messages.Count);
    }

    /// <summary>
    /// Properties that are as invalid as the body: a foreign type, an id that is no UUID, and a reply address of another queue.
    /// </summary>
    private BasicProperties Strange(string id) => Ours(new BasicProperties
    {
        Persistent = true, MessageId = id, Type = _random.Next(2) == 0 ? "System.Diagnostics.Process" : null,
        ContentType = _random.Next(2) == 0 ? "text/plain" : "application/json", ReplyTo = "elsewhere",
    });

    private static BasicProperties Ours(BasicProperties properties)
    {
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>())
        {
            [MessageRecorder.OursHeader] = true, ["reply-uri"] = "rabbitmq://queue/elsewhere", ["ack-requested"] = "true",
        };
        return properties;
    }

    private async Task DeleteAsync(Fault fault, Func<IChannel, string, CancellationToken, Task> delete, CancellationToken ct)
    {
        var queues = await WithRetriesAsync(WorkQueuesAsync, ct);
        var queue = queues[_random.Next(queues.Count)];
        system.Log.Say($"{fault.Kind.Name} of {queue}");
        await using var connection = await system.Broker.ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await delete(channel, queue, ct);
    }

    private async Task BindingsAsync(IChannel channel, string queue, CancellationToken ct)
    {
        foreach (var (exchange, key) in await system.Broker.BindingsAsync(queue, ct))
            await channel.QueueUnbindAsync(queue, exchange, key, cancellationToken: ct);
    }

    private async Task PublishAsync(
        IReadOnlyList<(string Exchange, string Key, byte[] Body, BasicProperties Properties)> messages, CancellationToken ct)
    {
        var left = new Queue<(string Exchange, string Key, byte[] Body, BasicProperties Properties)>(messages);
        await WithRetriesAsync(
            async token =>
            {
                await using var connection = await system.Broker.ConnectAsync(token);
                await using var channel = await connection.CreateChannelAsync(
                    new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), token);
                while (left.TryPeek(out var message))
                {
                    await channel.BasicPublishAsync(
                        message.Exchange, message.Key, mandatory: false, message.Properties, message.Body, token);
                    left.Dequeue();
                }

                return true;
            },
            ct);
    }

    /// <summary>Retries while the broker is unavailable.</summary>
    private static async Task<T> WithRetriesAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Timeout);
        while (true)
        {
            try
            {
                return await action(deadline.Token);
            }
            catch (Exception e) when (!deadline.IsCancellationRequested
                && e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or PublishException
                    or HttpRequestException or IOException or TimeoutException)
            {
                await Task.Delay(Pause, deadline.Token);
            }
        }
    }
}

/// <summary>A message that belongs in a dead-letter queue.</summary>
internal sealed record PoisonMessage(string Queue, string What);
