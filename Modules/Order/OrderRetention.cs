using Fulfillment.Operations.Retention;

namespace Fulfillment.Order;

/// <summary>Removes ended orders, with their items and their history. They are counted before, and the counts keep them.</summary>
internal static class OrderRetention
{
    public static RetentionRule Orders { get; } = RetentionRule.Orders(
        """
        SELECT order_id FROM orders
        WHERE order_id = ANY (ARRAY(SELECT order_id FROM orders ORDER BY order_id LIMIT 10 * $2))
            AND status >= 'COMPLETED' AND updated_at < now() - $1 AND order_id <= (SELECT counted_to FROM order_count_progress)
            AND NOT EXISTS (SELECT FROM order_count_late WHERE order_count_late.order_id = orders.order_id)
        LIMIT $2 FOR UPDATE OF orders SKIP LOCKED
        """,
        """
        , items AS (DELETE FROM order_items USING old WHERE order_items.order_id = old.order_id)
        , history AS (DELETE FROM order_history USING old WHERE order_history.order_id = old.order_id)
        DELETE FROM orders USING old WHERE orders.order_id = old.order_id
        """);
}
