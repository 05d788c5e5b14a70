using Fulfillment.BuildingBlocks.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>What shall become of the stock that is held for an order.</summary>
/// <param name="Target">Committed or released.</param>
public sealed record Settlement(long OrderId, ReservationStatus Target);

/// <summary>
/// Sells or gives back the stock of many orders in one transaction. Only an active reservation is settled, so the first settlement of
/// an order holds and any further one changes nothing. The result says whether this one did it.
/// </summary>
public sealed class SettlementWriter(ModuleDatabase<InventoryDbContext> database, TimeProvider time)
    : GroupCommit<Settlement, bool>(database.Source, time: time)
{
    private const string Settle = """
        WITH settled AS (
            UPDATE reservations SET status = new.status, updated_at = $3
            FROM (SELECT order_id AS id, wanted.status FROM reservations
                  JOIN unnest($1::bigint[], $2::smallint[]) AS wanted (id, status) ON order_id = wanted.id
                  WHERE reservations.status = 1 ORDER BY order_id FOR UPDATE OF reservations) AS new
            WHERE order_id = new.id AND reservations.status = 1
            RETURNING order_id, reservations.status, product_ids, quantities),
        pieces AS (
            SELECT product, sum(quantity)::int AS reserved, coalesce(sum(quantity) FILTER (WHERE status = 2), 0)::int AS sold
            FROM settled, unnest(product_ids, quantities) AS line (product, quantity)
            GROUP BY product),
        locked AS (
            SELECT product_id FROM inventory_items WHERE product_id IN (SELECT product FROM pieces) ORDER BY product_id FOR NO KEY UPDATE),
        moved AS (
            UPDATE inventory_items SET reserved_quantity = reserved_quantity - pieces.reserved, sold_quantity = sold_quantity + pieces.sold,
                available_quantity = available_quantity + pieces.reserved - pieces.sold, updated_at = $3
            FROM pieces JOIN locked ON locked.product_id = pieces.product
            WHERE inventory_items.product_id = pieces.product)
        SELECT order_id FROM settled
        """;

    protected override async Task<IReadOnlyList<bool>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<Settlement> items)
    {
        Settlement[] first = [.. items.DistinctBy(settlement => settlement.OrderId)];
        await using var batch = new NpgsqlBatch(connection).Add(
            Settle, first.Select(settlement => settlement.OrderId).ToArray(), first.Select(settlement => (short)settlement.Target).ToArray(), Now());
        await using var reader = await batch.ExecuteReaderAsync();
        var settled = (await reader.ReadAllAsync(row => row.GetInt64(0))).ToHashSet();
        return [.. items.Select(settlement => settled.Remove(settlement.OrderId))];
    }
}
