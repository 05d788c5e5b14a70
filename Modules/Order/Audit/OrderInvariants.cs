using Fulfillment.Operations.Invariants;

namespace Fulfillment.Order.Audit;

/// <summary>Invariants of <c>order_db</c>.</summary>
internal static class OrderInvariants
{
    private static readonly Invariant TotalIsSumOfItems = new(
        "total-is-sum-of-items", "The total of an order is the sum of its items, of which there is at least one.", """
        SELECT order_id::text, format('the total is %s, the items sum up to %s', total_amount, coalesce(total::text, 'nothing'))
        FROM orders LEFT JOIN (
            SELECT order_id, sum(quantity * price) AS total FROM order_items
            WHERE order_id > $2 AND order_id <= $3 GROUP BY order_id) AS items USING (order_id)
        WHERE order_id > $2 AND order_id <= $3 AND total_amount IS DISTINCT FROM total
        """,
        SlicedBy: "orders.order_id");

    // Per order, the ids of the entries ascend in the order of their transactions, because each transaction locks the order. Orders that
    // are older than the history have no entries, or only the last one.
    private static readonly Invariant HistoryIsAPath = new(
        "history-is-a-path",
        "The history of an order begins with PENDING, goes only forward, leaves no terminal status, and ends with the status of the order.",
        """
        WITH steps AS (
            SELECT order_id, id, status, lag(status) OVER (PARTITION BY order_id ORDER BY id) AS before
            FROM order_history WHERE order_id > $2 AND order_id <= $3),
        histories AS (
            SELECT order_id, array_agg(status ORDER BY id) AS path,
                bool_or(status < before OR (before >= 'COMPLETED' AND status <> before)) AS backward
            FROM steps GROUP BY order_id)
        SELECT order_id::text, format(
            'the history is %s, the status %s', coalesce(array_to_string(path, ', '), 'empty'), orders.status)
        FROM orders LEFT JOIN histories USING (order_id)
        WHERE order_id > $2 AND order_id <= $3 AND (
            path[cardinality(path)] <> orders.status OR backward
            OR ((path IS NULL OR path[1] <> 'PENDING') AND order_id >= (SELECT order_id FROM order_history_start)))
        """,
        SlicedBy: "orders.order_id");

    private static readonly Invariant OrdersEnd = new(
        "orders-end", "No order is open for longer than openSeconds.", """
        SELECT order_id::text, format('open since %s', created_at)
        FROM orders WHERE status < 'COMPLETED' AND created_at < now() - make_interval(secs => $1)
        """);

    public static IReadOnlyList<Invariant> All { get; } = [Invariant.OutboxDrains, OrdersEnd, TotalIsSumOfItems, HistoryIsAPath];
}
