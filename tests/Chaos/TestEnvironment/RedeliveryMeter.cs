using Fulfillment.Harness.Network;

namespace Fulfillment.Chaos.TestEnvironment;

/// <summary>Sums up the redeliveries. The broker loses its counters when it dies, so the meter reads them often.</summary>
internal sealed class RedeliveryMeter(ChaosEnvironment system)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, long> _last = [];

    public long Sum { get; private set; }

    /// <summary>Reads until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(until);
            }
            catch (Exception e) when (NoAnswer.Is(e, until))
            {
                system.Log.Say($"redeliveries cannot be read: {e.Message}");
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Interval, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        foreach (var queue in await system.Broker.QueuesAsync(ct))
        {
            var last = _last.GetValueOrDefault(queue.Name);
            Sum += queue.Redelivered >= last ? queue.Redelivered - last : queue.Redelivered;
            _last[queue.Name] = queue.Redelivered;
        }
    }
}
