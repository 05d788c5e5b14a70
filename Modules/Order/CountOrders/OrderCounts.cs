using System.Data;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Order.CountOrders;

/// <summary>Numbers of orders, and their durations.</summary>
/// <example>
/// { "byStatus": { "PENDING": 2, "CONFIRMED": 1, "COMPLETED": 790, "FAILED": 205, "CANCELLED": 2 },
///   "lastMinute": { "created": 120, "completed": 95, "failed": 22, "cancelled": 0 },
///   "durationMs": { "p50": 48.2, "p95": 110.5, "p99": 240.9 }, "oldestOpenSeconds": 0.4, "complete": true }
/// </example>
/// <param name="ByStatus">All orders that were ever placed.</param>
/// <param name="LastMinute">Orders that were placed or ended in the last minute.</param>
/// <param name="DurationMs">
/// Time from placement to end, of the orders that ended in the last five minutes; null when there are none.
/// </param>
/// <param name="OldestOpenSeconds">Age of the oldest open order; null when all have ended.</param>
/// <param name="Complete">False while the orders of an older version are still being counted; until then some of them are missing.</param>
public sealed record OrderStats(
    IReadOnlyDictionary<OrderStatus, long> ByStatus, MinuteStats LastMinute, DurationStats? DurationMs, double? OldestOpenSeconds,
    bool Complete);

/// <summary>Orders that were placed, and that ended, in a minute.</summary>
public sealed record MinuteStats(long Created, long Completed, long Failed, long Cancelled);

/// <summary>Percentiles, in milliseconds.</summary>
public sealed record DurationStats(double P50, double P95, double P99);

/// <summary>
/// Reads the stored counts and adds the orders that are not counted yet: those of the last minutes, and older ones that are open or have
/// just ended. See <see cref="OrderCounter"/>.
/// </summary>
internal static class OrderCounts
{
    // The counter may be a few slices behind.
    private const int LongestTail = 2 * OrderCounter.Tail;

    private const string Progress = """
        SELECT counted_to, (SELECT max(order_id) FROM orders) FROM order_count_progress
        """;

    private const string StoredCounts = "SELECT status, orders FROM order_counts";

    private const string Tail = """
        WITH seen AS (
            SELECT status, created_at, updated_at, status >= 'COMPLETED' AND updated_at >= now() - interval '5 minutes' AS ended FROM (
                SELECT status, created_at, updated_at FROM orders WHERE order_id > $1
                UNION ALL SELECT status, created_at, updated_at FROM order_count_late JOIN orders USING (order_id)) AS orders)
        SELECT status, count(*),
            count(*) FILTER (WHERE created_at > now() - interval '1 minute'),
            count(*) FILTER (WHERE updated_at > now() - interval '1 minute'),
            percentile_cont('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (
                ORDER BY 1000 * extract(epoch FROM updated_at - created_at)::float8) FILTER (WHERE ended),
            extract(epoch FROM now() - min(created_at) FILTER (WHERE status < 'COMPLETED'))::float8
        FROM seen GROUP BY GROUPING SETS ((status), ())
        """;

    /// <summary>Counts in one snapshot, on an open connection.</summary>
    public static async Task<OrderStats> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var (countedTo, newest, counts) = await ReadCountsAsync(connection, ct);
        var complete = newest - countedTo <= LongestTail;
        var rows = await ReadTailAsync(connection, complete ? countedTo : newest - OrderCounter.Tail, ct);

        foreach (var row in rows)
        {
            if (row.Status is { } status) counts[status] = counts.GetValueOrDefault(status) + row.Seen;
        }

        var all = rows.Single(row => row.Status is null);
        return new OrderStats(
            counts, new MinuteStats(all.Created, Ended(OrderStatus.Completed), Ended(OrderStatus.Failed), Ended(OrderStatus.Cancelled)),
            all.Durations is [var p50, var p95, var p99] ? new DurationStats(Round(p50), Round(p95), Round(p99)) : null,
            all.OldestOpen is { } age ? Round(age) : null, complete);

        long Ended(OrderStatus status) => rows.Find(row => row.Status == status)?.Changed ?? 0;
    }

    private static async Task<(long CountedTo, long Newest, Dictionary<OrderStatus, long> Counts)> ReadCountsAsync(
        NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand(Progress), new NpgsqlBatchCommand(StoredCounts) },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var (countedTo, newest) = (await reader.ReadAllAsync(row => (row.GetInt64(0), row.IsDBNull(1) ? 0 : row.GetInt64(1))))[0];
        var counts = Enum.GetValues<OrderStatus>().ToDictionary(status => status, _ => 0L);
        foreach (var (status, orders) in await reader.ReadAllAsync(row => (row.GetFieldValue<OrderStatus>(0), row.GetInt64(1))))
            counts[status] = orders;
        return (countedTo, newest, counts);
    }

    private static async Task<List<Row>> ReadTailAsync(NpgsqlConnection connection, long after, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection).Add(Tail, after);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(Row.Read);
    }

    private static double Round(double value) => Math.Round(value, 1);

    private sealed record Row(OrderStatus? Status, long Seen, long Created, long Changed, double[]? Durations, double? OldestOpen)
    {
        public static Row Read(NpgsqlDataReader row) => new(
            row.IsDBNull(0) ? null : row.GetFieldValue<OrderStatus>(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<double[]>(4), row.IsDBNull(5) ? null : row.GetDouble(5));
    }
}
