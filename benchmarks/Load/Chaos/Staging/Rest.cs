using System.Diagnostics;
using Fulfillment.Load.Chaos.Checks;
using Fulfillment.Load.Chaos.Faults;
using Npgsql;

namespace Fulfillment.Load.Chaos.Staging;

/// <summary>Waits until a system that is left alone has nothing to do any more.</summary>
internal sealed class Rest(ChaosStage stage, SnapshotReader facts)
{
    /// <summary>Looks in a row that must find nothing. The management's numbers may be five seconds old.</summary>
    private const int LooksInARow = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ListenersTimeout = TimeSpan.FromSeconds(90);

    /// <summary>Also starts processes that have ended, and looks at the listeners. False when nothing has moved for minutes although something is left.</summary>
    public async Task<bool> ComesAsync(CancellationToken ct)
    {
        foreach (var instance in stage.Instances)
        {
            using (await instance.TakeTurnAsync(ct)) await instance.ReviveAsync(ct);
        }

        var idle = await IsIdleAsync(ct);
        await ListenersAsync(ct);
        return idle;
    }

    /// <summary>Waits until no order is open, no event is pending, and no message is in a queue. False when nothing has moved for minutes.</summary>
    public async Task<bool> IsIdleAsync(CancellationToken ct)
    {
        var (last, still, quiet) = ((0L, 0L, 0L), Stopwatch.StartNew(), 0);
        while (true)
        {
            var now = await CountAsync(ct);
            if (!Console.IsOutputRedirected) Console.Write($"\rdraining: {now.Orders} orders, {now.Events} pending events, {now.Messages} messages   ");
            quiet = now == (0, 0, 0) ? quiet + 1 : 0;
            if (quiet == LooksInARow) break;
            if (now != last) (last, still) = (now, Stopwatch.StartNew());
            if (still.Elapsed > Timeout)
            {
                stage.Log.Violation($"the system does not come to rest: {now.Orders} orders are open, {now.Events} events pending, {now.Messages} messages in queues");
                break;
            }

            await Task.Delay(Interval, ct);
        }

        if (!Console.IsOutputRedirected) Console.Write($"\r{new string(' ', 78)}\r");
        return quiet == LooksInARow;
    }

    /// <summary>Counts all work that is left. -1 stands for what cannot be read, for example on a connection that an earlier fault has broken.</summary>
    private async Task<(long Orders, long Events, long Messages)> CountAsync(CancellationToken ct)
    {
        try
        {
            return ((await facts.OrdersAsync(ct)).Open, await facts.PendingAsync(ct), await MessagesAsync(ct));
        }
        catch (NpgsqlException e)
        {
            stage.Log.Say($"open work cannot be counted: {e.Message}");
            return (-1, -1, -1);
        }
    }

    /// <summary>Each process listens to each of its queues once: one listener less would be a process that does not work, one more a message that no stop waits for.</summary>
    private async Task ListenersAsync(CancellationToken ct)
    {
        for (var still = Stopwatch.StartNew(); ; await Task.Delay(Interval, ct))
        {
            string[] wrong =
            [
                .. (await stage.Broker.QueuesAsync(ct)).Where(queue => queue.Name is not (MessageRecorder.Queue or "unrouted-queue") && queue.Consumers != ChaosStage.Replicas)
                    .Select(queue => $"{queue.Name} has {queue.Consumers} consumers"),
            ];
            if (wrong.Length == 0) return;
            if (still.Elapsed < ListenersTimeout) continue;
            foreach (var queue in wrong) stage.Log.Violation($"{queue} instead of {ChaosStage.Replicas}");
            return;
        }
    }

    private async Task<long> MessagesAsync(CancellationToken ct) => (await stage.Broker.QueuesAsync(ct))
        .Where(queue => queue.Name != MessageRecorder.Queue)
        .Sum(queue => queue.Ready + queue.Unacknowledged);
}
