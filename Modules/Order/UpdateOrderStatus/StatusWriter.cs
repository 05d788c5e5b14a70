using Fulfillment.Contracts;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Order.UpdateOrderStatus;

/// <summary>The status that an event requests for an order.</summary>
public sealed record StatusChange(long OrderId, OrderStatus Target, string? Reason = null)
{
    /// <summary>The event, which is recorded whether or not it moves the order.</summary>
    public OrderEvent? Event { get; init; }

    /// <summary>Summary of the event, for people.</summary>
    public string? Summary { get; init; }
}

/// <summary>
/// Moves orders forward and records the events, many in one transaction. The result is the time at which the order was placed, or null when
/// the change does not move it.
/// </summary>
public sealed class StatusWriter(TimeProvider time, ILogger<StatusWriter> logger) : IBatchWriter<StatusChange, DateTimeOffset?>
{
    private const string Lock =
        "SELECT order_id, status, created_at FROM orders WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE";

    private const string Update = """
        UPDATE orders SET status = next.status, status_reason = next.reason, updated_at = $4
        FROM unnest($1::bigint[], $2::order_status[], $3::text[]) AS next (id, status, reason)
        WHERE order_id = next.id
        """;

    public async Task<IReadOnlyList<DateTimeOffset?>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<StatusChange> items)
    {
        Dictionary<long, OrderStatus> current;
        Dictionary<long, DateTimeOffset> placed;
        await using (var batch = new NpgsqlBatch(connection).Add(Lock, items.Select(change => change.OrderId).Distinct().ToArray()))
        await using (var reader = await batch.ExecuteReaderAsync())
        {
            var rows = await reader.ReadAllAsync(
                row => (Id: row.GetInt64(0), Status: row.GetFieldValue<OrderStatus>(1), At: row.GetFieldValue<DateTimeOffset>(2)));
            current = rows.ToDictionary(row => row.Id, row => row.Status);
            placed = rows.ToDictionary(row => row.Id, row => row.At);
        }

        foreach (var change in items.Where(change => !current.ContainsKey(change.OrderId)))
            logger.LogWarning(
                "Order {OrderId} does not exist, so the status writer ignores an event that would make it {Status}", change.OrderId,
                change.Target);

        var (after, moved, changes) = OrderStatusTransition.Decide(current, items);
        await StoreAsync(connection, changes, Entries(items, after, time.NowToMicrosecond()));
        return [.. items.Select((change, i) => moved[i] ? placed[change.OrderId] : (DateTimeOffset?)null)];
    }

    private static List<OrderHistoryEntry> Entries(IReadOnlyList<StatusChange> items, IReadOnlyList<OrderStatus?> after, DateTimeOffset now)
    {
        var entries = new List<OrderHistoryEntry>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Event is { } message && after[i] is { } status)
                entries.Add(OrderHistoryEntry.Of(message, items[i].Summary, status, now));
        }

        return entries;
    }

    private async Task StoreAsync(NpgsqlConnection connection, IReadOnlyCollection<StatusChange> changes, List<OrderHistoryEntry> entries)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (changes.Count > 0)
        {
            batch.Add(
                Update, changes.Select(change => change.OrderId).ToArray(), changes.Select(change => change.Target).ToArray(),
                changes.Select(change => change.Reason).ToArray(), time.NowToMicrosecond());
        }

        if (entries.Count > 0) batch.AddHistory(entries);
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync();
    }
}
