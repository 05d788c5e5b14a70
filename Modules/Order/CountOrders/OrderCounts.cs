using Npgsql;

namespace Fulfillment.Orders.CountOrders;

/// <summary>How many orders there are, and how they fare.</summary>
/// <param name="ByStatus">All orders.</param>
/// <param name="LastMinute">What happened in the last minute.</param>
/// <param name="DurationMs">Time from the placing of an order to its end, of those that ended in the last five minutes; null when none did.</param>
/// <param name="OldestOpenSeconds">Age of the oldest order that has not ended; null when all have.</param>
public sealed record OrderStats(IReadOnlyDictionary<OrderStatus, long> ByStatus, MinuteStats LastMinute, DurationStats? DurationMs, double? OldestOpenSeconds);

/// <summary>Orders that were placed, and that ended, in a minute.</summary>
public sealed record MinuteStats(long Created, long Completed, long Failed, long Cancelled);

/// <summary>Percentiles, in milliseconds.</summary>
public sealed record DurationStats(double P50, double P95, double P99);

/// <summary>
/// Counts orders without looking at all of them every time. Orders that ended a while ago never change: they are counted once, and left behind. What is
/// left to look at are the orders of the last minutes, and those that are older and have not ended or have only just.
/// </summary>
internal sealed class OrderCounts
{
    // Numbers are given before a transaction commits: one of a minute ago is either there by now, or will never be.
    private const string Count = """
        WITH seen AS MATERIALIZED (
            SELECT order_id, status, created_at, updated_at, status >= 10 AND updated_at < now() - interval '5 minutes' AS settled
            FROM orders WHERE order_id > $1 OR order_id = ANY($2)),
        edge AS (SELECT greatest($1, max(order_id) FILTER (WHERE created_at < now() - interval '6 minutes')) AS id FROM seen)
        SELECT status, count(*), count(*) FILTER (WHERE settled AND order_id <= id), array_agg(order_id) FILTER (WHERE NOT settled AND order_id <= id),
            count(*) FILTER (WHERE created_at > now() - interval '1 minute'), count(*) FILTER (WHERE updated_at > now() - interval '1 minute'),
            percentile_cont('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM updated_at - created_at)::float8)
                FILTER (WHERE status >= 10 AND NOT settled),
            extract(epoch FROM now() - min(created_at) FILTER (WHERE status < 10))::float8, max(id)
        FROM seen, edge GROUP BY GROUPING SETS ((status), ())
        """;

    private readonly Dictionary<OrderStatus, long> _settled = Enum.GetValues<OrderStatus>().ToDictionary(status => status, _ => 0L);
    private long[] _late = [];
    private long _edge;

    /// <summary>Counts, on an open connection. One call at a time.</summary>
    public async Task<OrderStats> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var rows = new List<Row>();
        await using (var command = new NpgsqlCommand(Count, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _edge });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = _late });
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) rows.Add(Row.Read(reader));
        }

        var all = rows.Single(row => row.Status is null);
        var byStatus = rows.Where(row => row.Status is not null).ToDictionary(row => row.Status!.Value);
        var counts = _settled.ToDictionary(pair => pair.Key, pair => pair.Value + (byStatus.GetValueOrDefault(pair.Key)?.Seen ?? 0));
        foreach (var (status, row) in byStatus) _settled[status] += row.Settled;
        _late = [.. byStatus.Values.SelectMany(row => row.Late)];
        _edge = all.Edge ?? _edge;
        return new OrderStats(
            counts, new MinuteStats(all.Created, Ended(OrderStatus.Completed), Ended(OrderStatus.Failed), Ended(OrderStatus.Cancelled)),
            all.Durations is [var p50, var p95, var p99] ? new DurationStats(Round(p50), Round(p95), Round(p99)) : null,
            all.OldestOpen is { } age ? Round(age) : null);

        long Ended(OrderStatus status) => byStatus.GetValueOrDefault(status)?.Changed ?? 0;
    }

    private static double Round(double value) => Math.Round(value, 1);

    private sealed record Row(OrderStatus? Status, long Seen, long Settled, long[] Late, long Created, long Changed, double[]? Durations, double? OldestOpen, long? Edge)
    {
        public static Row Read(NpgsqlDataReader row) => new(
            row.IsDBNull(0) ? null : (OrderStatus)row.GetInt16(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? [] : row.GetFieldValue<long[]>(3),
            row.GetInt64(4), row.GetInt64(5), row.IsDBNull(6) ? null : row.GetFieldValue<double[]>(6), row.IsDBNull(7) ? null : row.GetDouble(7),
            row.IsDBNull(8) ? null : row.GetInt64(8));
    }
}
