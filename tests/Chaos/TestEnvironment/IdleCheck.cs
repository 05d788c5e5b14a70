using System.Diagnostics;
using Fulfillment.Chaos.Checks;
using Fulfillment.Chaos.Faults;
using Npgsql;

namespace Fulfillment.Chaos.TestEnvironment;

/// <summary>Waits until a system without load is idle.</summary>
internal sealed class IdleCheck(ChaosEnvironment system, SnapshotReader reader)
{
    /// <summary>Number of consecutive checks that must find no work. The numbers of the management API may be five seconds old.</summary>
    private const int LooksInARow = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ConsumersTimeout = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Also starts processes that have ended, and checks the consumers of the queues. False when work is left and its amount has not
    /// changed for minutes.
    /// </summary>
    public async Task<bool> WaitAsync(CancellationToken ct)
    {
        foreach (var instance in system.Instances)
        {
            using (await instance.TakeTurnAsync(ct)) await instance.ReviveAsync(ct);
        }

        var idle = await IsIdleAsync(ct);
        await ConsumersAsync(ct);
        return idle;
    }

    /// <summary>
    /// Waits until no order is open, no event is pending, and no message is in a queue. False when these numbers do not change for minutes.
    /// </summary>
    public async Task<bool> IsIdleAsync(CancellationToken ct)
    {
        var (last, still, quiet) = ((0L, 0L, 0L), Stopwatch.StartNew(), 0);
        while (true)
        {
            var now = await CountAsync(ct);
            if (!Console.IsOutputRedirected)
                Console.Write($"\rdraining: {now.Orders} orders, {now.Events} pending events, {now.Messages} messages   ");
            quiet = now == (0, 0, 0) ? quiet + 1 : 0;
            if (quiet == LooksInARow) break;
            if (now != last) (last, still) = (now, Stopwatch.StartNew());
            if (still.Elapsed > Timeout)
            {
                system.Log.Violation(
                    $"the system does not become idle: {now.Orders} orders are open, {now.Events} events pending, "
                    + $"{now.Messages} messages in queues");
                break;
            }

            await Task.Delay(Interval, ct);
        }

        if (!Console.IsOutputRedirected) Console.Write($"\r{new string(' ', 78)}\r");
        return quiet == LooksInARow;
    }

    /// <summary>
    /// Counts the remaining work. -1 stands for an unreadable number, for example on a connection that an earlier fault has broken.
    /// </summary>
    private async Task<(long Orders, long Events, long Messages)> CountAsync(CancellationToken ct)
    {
        try
        {
            return ((await reader.OrdersAsync(ct)).Open, await reader.PendingAsync(ct), await MessagesAsync(ct));
        }
        catch (NpgsqlException e)
        {
            system.Log.Say($"open work cannot be counted: {e.Message}");
            return (-1, -1, -1);
        }
    }

    /// <summary>
    /// Each process consumes each of its queues once. A missing consumer is a process that does not work. An extra consumer may hold a
    /// message for which no stop waits.
    /// </summary>
    private async Task ConsumersAsync(CancellationToken ct)
    {
        for (var still = Stopwatch.StartNew(); ; await Task.Delay(Interval, ct))
        {
            string[] wrong =
            [
                .. (await system.Broker.QueuesAsync(ct))
                    .Where(queue => queue.Name is not (MessageRecorder.Queue or "unrouted-queue"))
                    .Where(queue => queue.Consumers != ChaosEnvironment.Replicas)
                    .Select(queue => $"{queue.Name} has {queue.Consumers} consumers"),
            ];
            if (wrong.Length == 0) return;
            if (still.Elapsed < ConsumersTimeout) continue;
            foreach (var queue in wrong) system.Log.Violation($"{queue} instead of {ChaosEnvironment.Replicas}");
            return;
        }
    }

    private async Task<long> MessagesAsync(CancellationToken ct) => (await system.Broker.QueuesAsync(ct))
        .Where(queue => queue.Name != MessageRecorder.Queue)
        .Sum(queue => queue.Ready + queue.Unacknowledged);
}
