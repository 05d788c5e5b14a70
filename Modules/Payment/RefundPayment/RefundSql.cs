using Fulfillment.BuildingBlocks.Persistence;
using Npgsql;

namespace Fulfillment.Payments.RefundPayment;

/// <summary>Orders refunds within the transaction that finds out that they are due.</summary>
internal static class RefundSql
{
    // The payments are locked. What is refunded counts from now on, so that no other refund can take it a second time.
    private const string RefundEnded = """
        WITH due AS (
            SELECT id, amount - refunded_amount AS amount, cancel_reason, order_id FROM payments
            WHERE order_id = ANY($1) AND status = 1 AND cancel_reason IS NOT NULL
                AND NOT EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND reason_code <> 'MANUAL')),
        counted AS (
            UPDATE payments SET refunded_amount = payments.amount, updated_at = $2 FROM due WHERE payments.id = due.id)
        INSERT INTO refunds (payment_id, amount, reason_code, event_id, created_at)
        SELECT id, amount, cancel_reason, gen_random_uuid(), $2 FROM due ORDER BY id
        RETURNING (SELECT order_id FROM due WHERE due.id = payment_id)
        """;

    /// <summary>Orders the refund of what was charged for orders that have ended without success. Returns those orders.</summary>
    public static NpgsqlBatch AddRefundsOfEnded(this NpgsqlBatch batch, long[] orders, DateTimeOffset now) => batch.Add(RefundEnded, orders, now);
}
