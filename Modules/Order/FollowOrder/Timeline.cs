using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Order.FollowOrder;

/// <summary>An event of an order's history, as the API shows it.</summary>
/// <example>
/// { "id": 2, "eventId": "5b2f7c1e-93a4-8d07-8a55-0c9be1f3d622", "eventType": "INVENTORY_RESERVED", "sourceService": "inventory-service",
///   "timestamp": "2026-01-15T09:30:00.151Z", "sincePreviousMs": 31, "summary": "1 item(s) reserved", "status": "CONFIRMED" }
/// </example>
/// <param name="Id">Position in the order's history; later entries have higher numbers.</param>
/// <param name="EventId">The event.</param>
/// <param name="EventType">Its type, for example <c>ORDER_CREATED</c>.</param>
/// <param name="SourceService">Service that published it.</param>
/// <param name="Timestamp">Time of the event at that service.</param>
/// <param name="SincePreviousMs">
/// Milliseconds since the entry before; 0 for the first, and when the clocks of two services disagree.
/// </param>
/// <param name="Summary">Summary of the event, for people.</param>
/// <param name="Status">Status of the order after the event.</param>
public sealed record TimelineEntry(
    long Id, Guid EventId, string EventType, string SourceService, DateTimeOffset Timestamp, long SincePreviousMs, string? Summary,
    OrderStatus Status);

/// <summary>Reads the history of orders.</summary>
public sealed class Timeline(ModuleDatabase<OrderDbContext> database)
{
    private const string Select = """
        SELECT id, event_id, event_type, source, occurred_at, summary, status, lag(occurred_at) OVER (ORDER BY id) FROM order_history
            WHERE order_id = $1 ORDER BY id
        """;

    /// <summary>The entries of an order, oldest first; none when there is no such order.</summary>
    public async Task<IReadOnlyList<TimelineEntry>> ReadAsync(long orderId, CancellationToken ct)
    {
        await using var connection = await database.Queries.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection).Add(Select, orderId);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(Read);
    }

    private static TimelineEntry Read(NpgsqlDataReader row)
    {
        var at = row.GetFieldValue<DateTimeOffset>(4);
        var since = row.IsDBNull(7) ? 0 : (long)(at - row.GetFieldValue<DateTimeOffset>(7)).TotalMilliseconds;
        return new TimelineEntry(
            row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetString(3), at, Math.Max(since, 0),
            row.IsDBNull(5) ? null : row.GetString(5), row.GetFieldValue<OrderStatus>(6));
    }
}
