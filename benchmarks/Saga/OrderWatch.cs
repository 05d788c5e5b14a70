using System.Diagnostics;
using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli;
using Npgsql;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>Numbers of ended orders of a run, by status.</summary>
internal sealed record OrderCounts(IReadOnlyDictionary<string, long> ByStatus, long Ended)
{
    public long All => ByStatus.Values.Sum();
}

/// <summary>Follows the orders of a run in the databases, which costs less than a request for each order.</summary>
internal sealed class OrderWatch(RunningSystem system, long after)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public async Task<long> LastOrderAsync(CancellationToken ct) =>
        await ScalarAsync("Order", "SELECT coalesce(max(order_id), 0) FROM orders WHERE order_id > $1", ct);

    /// <summary>Posts orders, shows the progress, and returns when all orders have ended.</summary>
    public async Task RunAsync(OrderLoad load, string name, CancellationToken ct)
    {
        using var progress = new Progress(name, load);
        var posting = load.PostAsync(ct);
        await AllEndedAsync(load, posting, progress.Show, ct);
        await posting;
        system.ThrowIfEnded();
    }

    /// <summary>Returns when as many orders have ended as were accepted.</summary>
    /// <exception cref="CommandException">No order has ended for a minute.</exception>
    public async Task AllEndedAsync(OrderPosts load, Task posting, Action<long> progress, CancellationToken ct)
    {
        var (last, still) = ((0, 0L), Stopwatch.StartNew());
        while (true)
        {
            // Counting costs time: it is done often only when its time is the result.
            await Task.WhenAny(posting, Task.Delay(500, ct));
            await Task.Delay(50, ct);
            var posted = posting.IsCompletedSuccessfully;
            var counts = await CountAsync(ct);
            progress(counts.Ended);
            if (posting.IsFaulted) await posting;
            if (posted && counts.Ended >= load.Answered - load.Refused) return;
            if (last != (load.Answered, counts.Ended)) (last, still) = ((load.Answered, counts.Ended), Stopwatch.StartNew());
            if (still.Elapsed < Timeout) continue;
            throw new CommandException(
                $"Nothing has moved for {Timeout.TotalSeconds:0} s: {load.Answered} of {load.Count} orders are answered, "
                + $"in the database are {string.Join(", ", counts.ByStatus.Select(pair => $"{pair.Value} {pair.Key}"))}.");
        }
    }

    /// <summary>Returns when stock and notifications are complete, or after a timeout; the checks then decide.</summary>
    public async Task WaitUntilIdleAsync(CancellationToken ct)
    {
        var ended = (await CountAsync(ct)).Ended;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Timeout / 4; await Task.Delay(50, ct))
        {
            var open = await ScalarAsync("Inventory", "SELECT count(*) FROM reservations WHERE order_id > $1 AND status = 'ACTIVE'", ct);
            if (open > 0) continue;
            const string Notified = "SELECT count(*) FROM notification_logs WHERE order_id > $1 AND channel = 'EMAIL'";
            if (await ScalarAsync("Notification", Notified, ct) >= ended) return;
        }
    }

    public async Task<OrderCounts> CountAsync(CancellationToken ct)
    {
        const string Sql = """
            SELECT status::text AS name, count(*), status >= 'COMPLETED' FROM orders WHERE order_id > $1 GROUP BY status ORDER BY status
            """;
        await using var command = Command("Order", Sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (byStatus, ended) = (new Dictionary<string, long>(), 0L);
        while (await reader.ReadAsync(ct))
        {
            byStatus[reader.GetString(0)] = reader.GetInt64(1);
            if (reader.GetBoolean(2)) ended += reader.GetInt64(1);
        }

        return new OrderCounts(byStatus, ended);
    }

    /// <summary>Milliseconds from creation to the end: the median and the 99th percentile.</summary>
    public async Task<double[]> DurationsAsync(CancellationToken ct)
    {
        const string Sql = """
            SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM updated_at - created_at)::float8 * 1000)
            FROM orders WHERE order_id > $1 AND status >= 'COMPLETED'
            """;
        await using var command = Command("Order", Sql);
        return await command.ExecuteScalarAsync(ct) as double[] ?? [0, 0];
    }

    private async Task<long> ScalarAsync(string module, string sql, CancellationToken ct)
    {
        await using var command = Command(module, sql);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private NpgsqlCommand Command(string module, string sql)
    {
#pragma warning disable CA2100 // The constants of this class.
        var command = system.Databases[module].CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        return command;
    }
}
