using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Order.CountOrders;

/// <summary>
/// Counts orders that have ended, each once, and keeps the counts in the database. Group commits do not take part: a row of counts that every order
/// changes would make orders wait for each other. Of several replicas one counts at a time, in slices of short transactions.
/// </summary>
public sealed class OrderCounter(ModuleDatabase<OrderDbContext> database, Startup startup, TimeProvider time, ILogger<OrderCounter> logger)
    : PollingWorker(startup, time, logger)
{
    /// <summary>
    /// Order numbers below the newest that are left to readers, unless they are older than <see cref="Take"/> requires. No transaction that is still
    /// running has a number so far below the newest one.
    /// </summary>
    internal const int Tail = 50_000;

    private const int Slice = 50_000;
    private const int LateBatch = 10_000;
    private static readonly TimeSpan LateInterval = TimeSpan.FromSeconds(10);

    // Numbers are given before a transaction commits. A number that was given six minutes ago is committed by now, or never will be; unless its
    // transaction, which this role can see, is that old.
    private const string Take = """
        SELECT counted_to, greatest(
            CASE WHEN next_at < now() - interval '6 minutes' AND NOT EXISTS (
                SELECT FROM pg_stat_activity WHERE datname = current_database() AND xact_start < next_at) THEN next_to END,
            (SELECT max(order_id) FROM orders) - $1, counted_to) AS countable
        FROM order_count_progress FOR NO KEY UPDATE SKIP LOCKED
        """;

    // What has ended stays as it is; it is left to readers for five minutes, because they measure how long orders take.
    private const string CountSlice = """
        WITH slice AS (
            SELECT order_id, status, status >= 10 AND updated_at < now() - interval '5 minutes' AS settled
            FROM orders WHERE order_id > $1 AND order_id <= $2),
        late AS (INSERT INTO order_count_late (order_id) SELECT order_id FROM slice WHERE NOT settled ON CONFLICT DO NOTHING),
        moved AS (UPDATE order_count_progress SET counted_to = $2)
        UPDATE order_counts SET orders = orders + number
        FROM (SELECT status, count(*) AS number FROM slice WHERE settled GROUP BY status) AS counted WHERE order_counts.status = counted.status
        """;

    private const string CountLate = """
        WITH ended AS (
            DELETE FROM order_count_late USING orders
            WHERE orders.order_id = ANY (ARRAY(
                    SELECT order_id FROM order_count_late JOIN orders USING (order_id)
                    WHERE status >= 10 AND updated_at < now() - interval '5 minutes' LIMIT $1))
                AND order_count_late.order_id = orders.order_id
            RETURNING status)
        UPDATE order_counts SET orders = orders + number
        FROM (SELECT status, count(*) AS number FROM ended GROUP BY status) AS counted WHERE order_counts.status = counted.status
        """;

    private const string SetNext = """
        UPDATE order_count_progress SET next_at = now(), next_to = newest
        FROM (SELECT max(order_id) AS newest FROM orders) AS orders WHERE next_to <= counted_to AND newest > counted_to
        """;

    private long _lateAt;

    /// <inheritdoc />
    protected override string Work => "counts of orders";

    /// <inheritdoc />
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await TakeAsync(connection, ct) is not var (countedTo, countable)) return false;

        var to = Math.Min(countable, countedTo + Slice);
        await using var batch = new NpgsqlBatch(connection);
        if (to > countedTo) batch.Add(CountSlice, countedTo, to);
        if (_lateAt == 0 || Time.GetElapsedTime(_lateAt) > LateInterval)
        {
            batch.Add(CountLate, LateBatch);
            _lateAt = Time.GetTimestamp();
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(SetNext));
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        return to < countable;
    }

    private static async Task<(long CountedTo, long Countable)?> TakeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection).Add(Take, (long)Tail);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var rows = await reader.ReadAllAsync(row => (row.GetInt64(0), row.GetInt64(1)));
        return rows is [var row] ? row : null;
    }
}
