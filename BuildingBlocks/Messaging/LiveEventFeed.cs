using System.Collections.Immutable;
using Fulfillment.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Fulfillment.Messaging;

/// <summary>
/// Live feed of the events of all modules, for people who look at this process; without subscribers it costs nothing. Every
/// process with subscribers gets every event, through a queue of its own that the broker drops with its connection. Events that
/// come too fast are lost, and nothing is acknowledged.
/// </summary>
/// <param name="module">Module that has the feed; its user may declare queues whose names begin with <see cref="PrefixOf"/>.</param>
/// <param name="topology">The queue of the feed takes every event, so it is bound after the queues of the consumers.</param>
/// <param name="options">Address of the broker.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs when the feed is unavailable.</param>
public sealed class LiveEventFeed(
    string module, TopologyReadiness topology, IOptions<RabbitMqOptions> options, TimeProvider time, ILogger<LiveEventFeed> logger)
    : IDisposable
{
    private const int MaxWaiting = 10_000;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private ImmutableArray<Action<ReadOnlyMemory<byte>>> _subscribers = [];
    private CancellationTokenSource? _receiving;

    /// <summary>Beginning of the names of the feed's queues, which the module's user may declare.</summary>
    internal static string PrefixOf(string module) => $"{module.ToLowerInvariant()}.watch.";

    /// <summary>True for a queue that belongs to the live feed of any module.</summary>
    internal static bool IsOfWatch(string queue) => queue.Contains(".watch.", StringComparison.Ordinal);

    /// <summary>Subscribes until the result is disposed of.</summary>
    /// <param name="subscriber">Gets the body of each event, one after the other. It returns at once, and keeps no body.</param>
    public IDisposable Watch(Action<ReadOnlyMemory<byte>> subscriber)
    {
        lock (_gate)
        {
            _subscribers = _subscribers.Add(subscriber);
            if (_receiving is null)
            {
                _receiving = new CancellationTokenSource();
                var ct = _receiving.Token;
                using (ExecutionContext.SuppressFlow()) _ = Task.Run(() => RunAsync(ct), ct);
            }
        }

        return new Unsubscriber(this, subscriber);
    }

    void IDisposable.Dispose()
    {
        lock (_gate) End();
    }

    private void Remove(Action<ReadOnlyMemory<byte>> subscriber)
    {
        lock (_gate)
        {
            _subscribers = _subscribers.Remove(subscriber);
            if (_subscribers.IsEmpty) End();
        }
    }

    private void End()
    {
        _receiving?.Cancel();
        _receiving?.Dispose();
        _receiving = null;
    }

    // No polling worker: it runs only while there are subscribers. Any failure is tried again, for only the feed depends on it.
    private async Task RunAsync(CancellationToken ct) => await Retry.While(
            _ => true, _ => RetryDelay,
            (e, _) => logger.LogWarning("The live event feed is unavailable and connects again: {Reason}", e.Message), time: time)
        .ExecuteAsync(ReceiveAsync, ct);

    /// <summary>Receives until the connection is lost, which throws, or the last subscriber has left.</summary>
    private async ValueTask ReceiveAsync(CancellationToken ct)
    {
        // The queue of the feed takes every event, so it is bound after the queues of the consumers.
        await topology.WhenCompleteAsync(ct);
        var factory = new ConnectionFactory();
        BrokerConnection.Configure(factory, options.Value, "fulfillment-watch");
        factory.AutomaticRecoveryEnabled = false;
        await using var connection = await factory.CreateConnectionAsync(ct);
        var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            lost.TrySetResult(reason.ReplyText);
            return Task.CompletedTask;
        };

        // A new name each time: the queue of a connection that was lost may live a little longer.
        var queue = $"{PrefixOf(module)}{Environment.MachineName}.{Guid.NewGuid().ToString("N")[..8]}";
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "classic", ["x-max-length"] = MaxWaiting, ["x-overflow"] = "drop-head",
        };
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, arguments, cancellationToken: ct);
        foreach (var exchange in Topology.TopicExchanges) await channel.QueueBindAsync(queue, exchange, "#", cancellationToken: ct);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            foreach (var subscriber in _subscribers) subscriber(delivery.Body);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, ct);
        throw new IOException($"the connection was lost: {await lost.Task.WaitAsync(ct)}");
    }

    private sealed class Unsubscriber(LiveEventFeed feed, Action<ReadOnlyMemory<byte>> subscriber) : IDisposable
    {
        private Action<ReadOnlyMemory<byte>>? _subscriber = subscriber;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _subscriber, null) is { } left) feed.Remove(left);
        }
    }
}
