using Fulfillment.Operations.Retention;

namespace Fulfillment.Payment;

/// <summary>Removes ended payments, each with its transactions and refunds. A payment with an open refund stays.</summary>
internal static class PaymentRetention
{
    public static RetentionRule Orders { get; } = RetentionRule.Orders(
        """
        SELECT id, order_id FROM payments
        WHERE id = ANY (ARRAY(SELECT id FROM payments ORDER BY id LIMIT 10 * $2)) AND status <> 'PENDING' AND updated_at < now() - $1
            AND NOT EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND (completed_at IS NULL OR completed_at >= now() - $1))
        LIMIT $2 FOR UPDATE OF payments SKIP LOCKED
        """,
        """
        , transactions AS (DELETE FROM payment_transactions USING old WHERE payment_id = old.id)
        , paid_back AS (DELETE FROM refunds USING old WHERE payment_id = old.id)
        DELETE FROM payments USING old WHERE payments.id = old.id
        """);
}
