using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Order.CountOrders;

/// <summary>
/// Counts ended orders, each once, and stores the counts in the database. Group commits do not take part: a count row that every order
/// changes would make orders wait for each other. Only one replica counts at a time, in slices of short transactions.
/// </summary>
public sealed class OrderCounter(ModuleDatabase<OrderDbContext> database, Startup startup, TimeProvider time, ILogger<OrderCounter> logger)
    : PollingWorker(startup, time, logger)
{
    /// <summary>
    /// Number of the newest order numbers that are left to readers, unless they are older than <see cref="Take"/> requires. No running
    /// transaction has a number so far below the newest one.
    /// </summary>
    internal const int Tail = 50_000;

    private const int Slice = 50_000;
    private const int LateBatch = 10_000;
    private static readonly TimeSpan LateInterval = TimeSpan.FromSeconds(10);

    // Numbers are given before the commit. Six minutes later a number is committed or never will be, unless its transaction is still open.
    // This role can see such a transaction.
    private const string Take = """
        SELECT counted_to, greatest(
            CASE WHEN next_at < now() - interval '6 minutes' AND NOT EXISTS (
                SELECT FROM pg_stat_activity WHERE datname = current_database() AND xact_start < next_at) THEN next_to END,
            (SELECT max(order_id) FROM orders) - $1, counted_to) AS countable
        FROM order_count_progress FOR NO KEY UPDATE SKIP LOCKED
        """;

    // An ended order does not change. It is left to readers for five minutes, because they measure the duration of orders.
    private const string CountSlice = """
        WITH slice AS (
            SELECT order_id, status, status >= 'COMPLETED' AND updated_at < now() - interval '5 minutes' AS final
            FROM orders WHERE order_id > $1 AND order_id <= $2),
        late AS (INSERT INTO order_count_late (order_id) SELECT order_id FROM slice WHERE NOT final ON CONFLICT DO NOTHING),
        moved AS (UPDATE order_count_progress SET counted_to = $2)
        UPDATE order_counts SET orders = orders + number
        FROM (SELECT status, count(*) AS number FROM slice WHERE final GROUP BY status) AS counted
        WHERE order_counts.status = counted.status
        """;

    private const string CountLate = """
        WITH ended AS (
            DELETE FROM order_count_late USING orders
            WHERE orders.order_id = ANY (ARRAY(
                    SELECT order_id FROM order_count_late JOIN orders USING (order_id)
                    WHERE status >= 'COMPLETED' AND updated_at < now() - interval '5 minutes' LIMIT $1))
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
