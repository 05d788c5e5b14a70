using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.ChangeReservations;

/// <summary>Stores transitions of reservations with the changes of stock. The reservations are locked already.</summary>
internal static class ReservationSql
{
    private const string UpdateReservations = """
        UPDATE reservations SET status = new.status, settled_by = new.cause, reason_code = new.reason, updated_at = new.at
        FROM unnest($1::bigint[], $2::reservation_status[], $3::uuid[], $4::text[], $5::timestamptz[])
            AS new (id, status, cause, reason, at)
        WHERE order_id = new.id
        """;

    private const string LockItems = "SELECT FROM inventory_items WHERE product_id = ANY($1) ORDER BY product_id FOR NO KEY UPDATE";

    private const string UpdateItems = """
        UPDATE inventory_items SET available_quantity = available_quantity + delta.available, sold_quantity = sold_quantity + delta.sold,
            reserved_quantity = reserved_quantity - delta.available - delta.sold, updated_at = $4
        FROM unnest($1::text[], $2::int[], $3::int[]) AS delta (id, available, sold)
        WHERE product_id = delta.id
        """;

    public static void AddTransitions(
        this NpgsqlBatch batch, IReadOnlyDictionary<long, ReservedStock> changes,
        IReadOnlyDictionary<string, (int Available, int Sold)> deltas)
    {
        batch.Add(
            UpdateReservations,
            changes.Keys.ToArray(),
            changes.Values.Select(stock => stock.Status).ToArray(),
            changes.Values.Select(stock => stock.SettledBy).ToArray(),
            changes.Values.Select(stock => stock.ReasonCode).ToArray(),
            changes.Values.Select(stock => stock.At).ToArray());
        string[] products = [.. deltas.Keys];
        batch.Add(LockItems, products);
        batch.Add(
            UpdateItems, products, deltas.Values.Select(delta => delta.Available).ToArray(),
            deltas.Values.Select(delta => delta.Sold).ToArray(), changes.Values.First().At);
    }
}
