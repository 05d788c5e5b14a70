using Fulfillment.Chaos.TestEnvironment;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Chaos.Faults;

/// <summary>A recorded message.</summary>
internal sealed record Captured(string Exchange, string RoutingKey, BasicProperties Properties, byte[] Body);

/// <summary>
/// A message recorder: a queue with a copy of every event, and a consumer that keeps the events. Both recover after the broker was
/// unavailable or was reset.
/// </summary>
internal sealed class MessageRecorder(ChaosEnvironment system) : IAsyncDisposable
{
    public const string Queue = "chaos-recorder";

    /// <summary>Header of messages that the chaos command publishes.</summary>
    public const string OursHeader = "x-chaos";

    private static readonly string[] Exchanges = ["order.events", "inventory.events", "payment.events"];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly List<Captured> _captured = [];
    private readonly Dictionary<string, int> _publications = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Events that the system has published more than once, with the same id.</summary>
    public int PublishedAgain
    {
        get
        {
            lock (_captured) return _publications.Values.Count(count => count > 1);
        }
    }

    public async Task StartAsync(CancellationToken ct)
    {
        await using (var connection = await system.Broker.ConnectAsync(ct))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: ct))
            await DeclareAsync(channel, ct);
        _running = Task.Run(RunAsync, ct);
    }

    /// <summary>A sample of the recorded messages: half of them recent, half of any age, in random order.</summary>
    public IReadOnlyList<Captured> Choose(int count, Random random)
    {
        lock (_captured)
        {
            if (_captured.Count == 0) return [];
            var chosen = Enumerable.Range(0, count).Select(i => _captured[i % 2 == 0
                ? random.Next(_captured.Count)
                : Math.Max(0, _captured.Count - 1 - random.Next(count))]).ToArray();
            random.Shuffle(chosen);
            return chosen;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private static async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: ct);
        foreach (var exchange in Exchanges) await channel.QueueBindAsync(Queue, exchange, "#", cancellationToken: ct);
    }

    private async Task RunAsync()
    {
        for (var unavailable = false; !_stop.IsCancellationRequested;)
        {
            try
            {
                await ConsumeAsync(_stop.Token);
                unavailable = false;
            }
            catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException
                or IOException or TimeoutException)
            {
                if (!unavailable) system.Log.Say($"the message recorder has lost the broker and reconnects: {e.Message}");
                unavailable = true;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConsumeAsync(CancellationToken ct)
    {
        await using var connection = await system.Broker.ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            Keep(delivery);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, ct);
        };
        await DeclareAsync(channel, ct);
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer, ct);
        await closed.Task.WaitAsync(ct);
    }

    private void Keep(BasicDeliverEventArgs delivery)
    {
        if (delivery.BasicProperties.Headers?.ContainsKey(OursHeader) is true) return;
        lock (_captured)
        {
            _captured.Add(new Captured(
                delivery.Exchange, delivery.RoutingKey, new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray()));
            // A redelivered message was published once.
            if (!delivery.Redelivered && delivery.BasicProperties.MessageId is { } id)
                _publications[id] = _publications.GetValueOrDefault(id) + 1;
        }
    }
}
