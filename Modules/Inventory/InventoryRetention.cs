using Fulfillment.Operations.Retention;

namespace Fulfillment.Inventory;

/// <summary>
/// Removes ended reservations. The same transaction adds up their sold pieces per product, so the invariant on the sold quantity of a
/// product still holds.
/// </summary>
internal static class InventoryRetention
{
    public static RetentionRule Orders { get; } = RetentionRule.Orders(
        """
        SELECT order_id, status, product_ids, quantities FROM reservations
        WHERE order_id = ANY (ARRAY(SELECT order_id FROM reservations ORDER BY order_id LIMIT 10 * $2)) AND status <> 'ACTIVE'
            AND updated_at < now() - $1
        LIMIT $2 FOR UPDATE OF reservations SKIP LOCKED
        """,
        """
        , sold AS (
            INSERT INTO removed_sales (product_id, quantity)
            SELECT product, sum(quantity) FROM old, unnest(product_ids, quantities) AS line (product, quantity)
            WHERE status = 'COMMITTED' GROUP BY product ORDER BY product
            ON CONFLICT (product_id) DO UPDATE SET quantity = removed_sales.quantity + excluded.quantity)
        DELETE FROM reservations USING old WHERE reservations.order_id = old.order_id
        """);

    public static RetentionRule StockAdjustments { get; } = new(
        "stock adjustments", options => options.StockAdjustments, """
        DELETE FROM stock_adjustments WHERE id = ANY (ARRAY(
            SELECT id FROM stock_adjustments WHERE id = ANY (ARRAY(SELECT id FROM stock_adjustments ORDER BY id LIMIT $2))
                AND created_at < now() - $1
            FOR UPDATE SKIP LOCKED))
        """);
}

/// <summary>Sold pieces of a product from reservations that retention has removed.</summary>
public sealed class RemovedSale
{
    public required string ProductId { get; init; }

    public long Quantity { get; init; }
}
