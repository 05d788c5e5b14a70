using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>Orders refunds within the transaction that finds them due, and closes payments that are refunded completely.</summary>
internal static class RefundSql
{
    /// <summary>Locks payments in the order of their keys, as every other writer does.</summary>
    public const string LockPayments = "SELECT FROM payments WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE";

    // A refund counts from now on, so that no other refund can take the money a second time.
    private const string RefundEnded = """
        WITH due AS (
            SELECT id, amount - refunded_amount AS amount, cancel_reason, order_id FROM payments
            WHERE order_id = ANY($1) AND status = 'COMPLETED' AND cancel_reason IS NOT NULL AND amount > refunded_amount
                AND NOT EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND reason_code <> 'MANUAL')),
        counted AS (
            UPDATE payments SET refunded_amount = payments.amount, updated_at = $2 FROM due WHERE payments.id = due.id)
        INSERT INTO refunds (payment_id, amount, reason_code, event_id, created_at)
        SELECT id, amount, cancel_reason, gen_random_uuid(), $2 FROM due ORDER BY id
        RETURNING (SELECT order_id FROM due WHERE due.id = payment_id)
        """;

    // An order with a total of 0 has a payment of 0, which stays completed unless the order ends without success.
    private const string CloseRefunded = """
        UPDATE payments SET status = 'REFUNDED', updated_at = $2
        WHERE order_id = ANY($1) AND status = 'COMPLETED' AND refunded_amount = amount AND (amount > 0 OR cancel_reason IS NOT NULL)
            AND NOT EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND completed_at IS NULL)
        """;

    /// <summary>
    /// Orders the refund of the rest of the charges for orders that have ended without success, and closes the payments that are refunded
    /// completely. Returns the orders with a new refund. The caller has locked the payments.
    /// </summary>
    public static NpgsqlBatch AddRefundsForCancelled(this NpgsqlBatch batch, long[] orders, DateTimeOffset now) =>
        batch.Add(RefundEnded, orders, now).AddCloseRefunded(orders, now);

    /// <summary>Closes the payments that have neither a rest nor an open refund. An earlier statement has locked them.</summary>
    public static NpgsqlBatch AddCloseRefunded(this NpgsqlBatch batch, long[] orders, DateTimeOffset now) =>
        batch.Add(CloseRefunded, orders, now);
}
