using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Fulfillment.Messaging;

/// <summary>
/// Sees what all modules publish, while somebody in this process watches, and costs nothing otherwise. Every process that watches gets every event, through
/// a queue of its own that the broker drops with its connection. It is for eyes: what comes too fast is lost, and nothing is acknowledged.
/// </summary>
/// <param name="module">Module that watches; its user may declare queues whose names begin with <see cref="PrefixOf"/>.</param>
/// <param name="topology">The queue of a watch takes every event, so it is bound when those that must have the event are.</param>
/// <param name="options">Where the broker is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told when there is nothing to be seen.</param>
public sealed class LiveEventFeed(
    string module, TopologyReadiness topology, IOptions<RabbitMqOptions> options, TimeProvider time, ILogger<LiveEventFeed> logger)
    : IDisposable
{
    private const int MaxWaiting = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private ImmutableArray<Action<string, ReadOnlyMemory<byte>>> _watchers = [];
    private CancellationTokenSource? _watching;

    /// <summary>Beginning of the names of the queues of a module that watches.</summary>
    /// <param name="module">Name of the module.</param>
    public static string PrefixOf(string module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return $"{module.ToLowerInvariant()}.watch.";
    }

    /// <summary>True for a queue that belongs to a watch, of whichever module.</summary>
    /// <param name="queue">Name of the queue.</param>
    public static bool IsOfWatch(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return queue.Contains(".watch.", StringComparison.Ordinal);
    }

    /// <summary>Watches until the result is disposed of.</summary>
    /// <param name="watcher">Is given routing key and body of each event, one after the other; it returns at once, and keeps nothing of the body.</param>
    public IDisposable Watch(Action<string, ReadOnlyMemory<byte>> watcher)
    {
        lock (_gate)
        {
            _watchers = _watchers.Add(watcher);
            if (_watching is null)
            {
                _watching = new CancellationTokenSource();
                var ct = _watching.Token;
                using (ExecutionContext.SuppressFlow()) _ = Task.Run(() => RunAsync(ct), ct);
            }
        }

        return new Leave(this, watcher);
    }

    /// <summary>Ends the watching.</summary>
    public void Dispose()
    {
        lock (_gate) End();
    }

    private void Remove(Action<string, ReadOnlyMemory<byte>> watcher)
    {
        lock (_gate)
        {
            _watchers = _watchers.Remove(watcher);
            if (_watchers.IsEmpty) End();
        }
    }

    private void End()
    {
        _watching?.Cancel();
        _watching?.Dispose();
        _watching = null;
    }

    private async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await ReceiveAsync(ct);
            }
#pragma warning disable CA1031 // Whatever it is, the next attempt may succeed, and nothing but this view depends on it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!ct.IsCancellationRequested) logger.LogWarning("Events cannot be watched: {Reason}", e.Message);
            }

            await Task.Delay(Pause, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Receives until the connection is lost or nobody watches any more.</summary>
    private async Task ReceiveAsync(CancellationToken ct)
    {
        await topology.WhenCompleteAsync(ct);
        var factory = new ConnectionFactory();
        BrokerConnection.Configure(factory, options.Value, "fulfillment-watch");
        factory.AutomaticRecoveryEnabled = false;
        await using var connection = await factory.CreateConnectionAsync(ct);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };

        // A new name each time: the queue of a connection that was lost may live a little longer.
        var queue = $"{PrefixOf(module)}{Environment.MachineName}.{Guid.NewGuid().ToString("N")[..8]}";
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "classic", ["x-max-length"] = MaxWaiting, ["x-overflow"] = "drop-head" };
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, arguments, cancellationToken: ct);
        foreach (var exchange in Topology.TopicExchanges) await channel.QueueBindAsync(queue, exchange, "#", cancellationToken: ct);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            foreach (var watcher in _watchers) watcher(delivery.RoutingKey, delivery.Body);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, ct);
        await lost.Task.WaitAsync(ct);
    }

    private sealed class Leave(LiveEventFeed watch, Action<string, ReadOnlyMemory<byte>> watcher) : IDisposable
    {
        private Action<string, ReadOnlyMemory<byte>>? _watcher = watcher;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _watcher, null) is { } left) watch.Remove(left);
        }
    }
}
