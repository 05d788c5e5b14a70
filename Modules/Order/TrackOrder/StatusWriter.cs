using Fulfillment.BuildingBlocks.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>What an event wants an order to become.</summary>
public sealed record StatusChange(long OrderId, OrderStatus Target, string? Reason = null);

/// <summary>Moves orders forward, many in one transaction. The result says whether this change moved its order.</summary>
public sealed class StatusWriter(ModuleDatabase<OrderDbContext> database, TimeProvider time, ILogger<StatusWriter> logger)
    : GroupCommit<StatusChange, bool>(database.Source, new BatchLimits { MaxBatch = 1_000 }, time)
{
    private const string Lock = "SELECT order_id, status FROM orders WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE";

    private const string Update = """
        UPDATE orders SET status = next.status, status_reason = next.reason, updated_at = $4
        FROM unnest($1::bigint[], $2::smallint[], $3::text[]) AS next (id, status, reason)
        WHERE order_id = next.id
        """;

    protected override async Task<IReadOnlyList<bool>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<StatusChange> items)
    {
        Dictionary<long, OrderStatus> current;
        await using (var batch = new NpgsqlBatch(connection).Add(Lock, items.Select(change => change.OrderId).Distinct().ToArray()))
        await using (var reader = await batch.ExecuteReaderAsync())
        {
            current = (await reader.ReadAllAsync(row => (Id: row.GetInt64(0), Status: (OrderStatus)row.GetInt16(1))))
                .ToDictionary(row => row.Id, row => row.Status);
        }

        foreach (var change in items.Where(change => !current.ContainsKey(change.OrderId)))
            logger.LogWarning("An event wants order {OrderId} to become {Status}, but there is no such order", change.OrderId, change.Target);

        var (moved, changes) = StatusDecision.Decide(current, items);
        if (changes.Count == 0) return moved;
        await using var update = new NpgsqlBatch(connection).Add(
            Update, changes.Select(change => change.OrderId).ToArray(), changes.Select(change => (short)change.Target).ToArray(),
            changes.Select(change => change.Reason).ToArray(), Now());
        await update.ExecuteNonQueryAsync();
        return moved;
    }
}

/// <summary>Which changes of a batch move their orders.</summary>
public static class StatusDecision
{
    /// <summary>Applies the changes in their order to the statuses that are stored now.</summary>
    /// <returns>Per change whether it moved its order, and the last change of each moved order. Unknown orders are not moved.</returns>
    public static (IReadOnlyList<bool> Moved, IReadOnlyCollection<StatusChange> Changes) Decide(
        IReadOnlyDictionary<long, OrderStatus> stored, IReadOnlyList<StatusChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var current = new Dictionary<long, OrderStatus>(stored);
        var last = new Dictionary<long, StatusChange>();
        var moved = new bool[changes.Count];
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (!current.TryGetValue(change.OrderId, out var status) || OrderStatusMachine.Move(status, change.Target) == status) continue;
            moved[i] = true;
            current[change.OrderId] = change.Target;
            last[change.OrderId] = change;
        }

        return (moved, last.Values);
    }
}
