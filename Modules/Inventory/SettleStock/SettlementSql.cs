using Fulfillment.BuildingBlocks.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>Stores what became of reservations, together with the pieces that moved. The reservations are locked already.</summary>
internal static class SettlementSql
{
    private const string UpdateReservations = """
        UPDATE reservations SET status = new.status, settled_by = new.cause, reason_code = new.reason, updated_at = new.at
        FROM unnest($1::bigint[], $2::smallint[], $3::uuid[], $4::text[], $5::timestamptz[]) AS new (id, status, cause, reason, at)
        WHERE order_id = new.id
        """;

    private const string LockItems = "SELECT FROM inventory_items WHERE product_id = ANY($1) ORDER BY product_id FOR NO KEY UPDATE";

    private const string UpdateItems = """
        UPDATE inventory_items SET available_quantity = available_quantity + moved.available, sold_quantity = sold_quantity + moved.sold,
            reserved_quantity = reserved_quantity - moved.available - moved.sold, updated_at = $4
        FROM unnest($1::text[], $2::int[], $3::int[]) AS moved (id, available, sold)
        WHERE product_id = moved.id
        """;

    public static void AddSettled(
        this NpgsqlBatch batch, IReadOnlyDictionary<long, HeldStock> changes, IReadOnlyDictionary<string, (int Available, int Sold)> moves)
    {
        batch.Add(
            UpdateReservations,
            changes.Keys.ToArray(),
            changes.Values.Select(stock => (short)stock.Status).ToArray(),
            changes.Values.Select(stock => stock.SettledBy).ToArray(),
            changes.Values.Select(stock => stock.ReasonCode).ToArray(),
            changes.Values.Select(stock => stock.At).ToArray());
        string[] products = [.. moves.Keys];
        batch.Add(LockItems, products);
        batch.Add(
            UpdateItems, products, moves.Values.Select(move => move.Available).ToArray(), moves.Values.Select(move => move.Sold).ToArray(),
            changes.Values.First().At);
    }
}
