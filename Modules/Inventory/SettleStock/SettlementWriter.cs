using Fulfillment.BuildingBlocks.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>
/// Sells or gives back the stock of many orders in one transaction. The result is what a settlement has led to, now or when its event was
/// delivered before; null when it has led to nothing.
/// </summary>
public sealed class SettlementWriter(ModuleDatabase<InventoryDbContext> database, TimeProvider time)
    : GroupCommit<Settlement, HeldStock?>(database.Source, time: time)
{
    private const string Lock = """
        SELECT order_id, status, settled_by, updated_at, reason_code, product_ids, quantities
        FROM reservations WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE
        """;

    // A reservation that is there already is one that another process has stored since the look at it: this transaction is tried again.
    private const string InsertCancelled = """
        INSERT INTO reservations (order_id, customer_id, status, product_ids, quantities, reason_code, event_id, correlation_id, settled_by, created_at, updated_at)
        SELECT id, customer, 3, '{}', '{}', reason, cause, flow, cause, $6, $6
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[], $5::uuid[]) AS new (id, customer, reason, cause, flow)
        ON CONFLICT DO NOTHING
        """;

    protected override async Task<IReadOnlyList<HeldStock?>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<Settlement> items)
    {
        var stored = await ReadAsync(connection, items);
        var (results, changes) = SettlementDecision.Decide(stored, items, Now());
        if (changes.Count == 0) return results;

        await using var batch = new NpgsqlBatch(connection);
        var known = changes.Where(change => stored.ContainsKey(change.Key)).ToDictionary();
        if (known.Count > 0) batch.AddSettled(known, SettlementDecision.Moves(stored, known));
        // After the locks of the products, which whoever reserves takes first: the other way round the two could wait for each other.
        Settlement[] withdrawn = [.. items.Where(item => !stored.ContainsKey(item.OrderId) && item.Kind == SettlementKind.Cancel)
            .DistinctBy(item => item.OrderId).OrderBy(item => item.OrderId)];
        if (withdrawn.Length > 0)
        {
            batch.Add(
                InsertCancelled, withdrawn.Select(item => item.OrderId).ToArray(), withdrawn.Select(item => item.CustomerId).ToArray(),
                withdrawn.Select(item => item.ReasonCode).ToArray(), withdrawn.Select(item => item.Cause).ToArray(),
                withdrawn.Select(item => item.Flow).ToArray(), changes[withdrawn[0].OrderId].At);
        }

        await batch.ExecuteNonQueryAsync();
        if (withdrawn.Length > 0 && batch.BatchCommands[^1].RecordsAffected != withdrawn.Length)
            throw new ConcurrentWriteException("Another process answered one of these orders.");
        return results;
    }

    private static async Task<Dictionary<long, HeldStock>> ReadAsync(NpgsqlConnection connection, IReadOnlyList<Settlement> items)
    {
        await using var batch = new NpgsqlBatch(connection).Add(Lock, items.Select(item => item.OrderId).Distinct().ToArray());
        await using var reader = await batch.ExecuteReaderAsync();
        var rows = await reader.ReadAllAsync(row => (
            OrderId: row.GetInt64(0),
            Stock: new HeldStock(
                (ReservationStatus)row.GetInt16(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetFieldValue<DateTimeOffset>(3),
                row.IsDBNull(4) ? null : row.GetString(4), row.GetFieldValue<string[]>(5), row.GetFieldValue<int[]>(6))));
        return rows.ToDictionary(row => row.OrderId, row => row.Stock);
    }
}
