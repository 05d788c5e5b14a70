using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment;

/// <summary>A payment before and after a decision.</summary>
internal sealed record PaymentChange(StoredPayment Before, StoredPayment After)
{
    public bool OrdersRefund => After.RefundOrdered && !Before.RefundOrdered;
}

/// <summary>Reads payments for a decision, and stores what was decided.</summary>
internal static class PaymentSql
{
    /// <summary>Locks payments in the order of their keys, as every other writer does.</summary>
    public const string Lock = "SELECT FROM payments WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE";

    private const string Update = """
        UPDATE payments SET status = new.status, transaction_id = new.transaction, reason = new.reason, error_code = new.error,
            event_id = new.event, cancel_reason = new.cancelled, refunded_amount = new.refunded, updated_at = $9,
            completed_at = CASE WHEN payments.status = 'PENDING' AND new.status <> 'PENDING' THEN $9 ELSE completed_at END
        FROM unnest($1::bigint[], $2::payment_status[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::numeric[])
            AS new (id, status, transaction, reason, error, event, cancelled, refunded)
        WHERE payments.id = new.id
        """;

    private const string InsertRefunds = """
        INSERT INTO refunds (payment_id, amount, reason_code, event_id, created_at)
        SELECT id, amount, reason, gen_random_uuid(), $4
        FROM unnest($1::bigint[], $2::numeric[], $3::text[]) AS new (id, amount, reason)
        """;

    /// <summary>Locks payments, then reads them: the second statement sees refunds of a transaction that the first waited for.</summary>
    /// <returns>Payments by order; orders without one are absent.</returns>
    public static async Task<Dictionary<long, StoredPayment>> LockAsync(NpgsqlConnection connection, long[] orders)
    {
        await using var batch = new NpgsqlBatch(connection).Add(Lock, orders).Add(StoredPayment.Select, orders);
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.ReadAllAsync(_ => 0);
        return (await reader.ReadAllAsync(StoredPayment.Read)).ToDictionary(payment => payment.OrderId);
    }

    /// <summary>Stores changed payments with the refunds that they order. The payments are locked.</summary>
    public static NpgsqlBatch AddChanges(this NpgsqlBatch batch, IReadOnlyCollection<PaymentChange> changes, DateTimeOffset now)
    {
        if (changes.Count == 0) return batch;
        batch.Add(
            Update,
            changes.Select(change => change.After.PaymentId).ToArray(),
            changes.Select(change => change.After.Status).ToArray(),
            changes.Select(change => change.After.TransactionId).ToArray(),
            changes.Select(change => change.After.Reason).ToArray(),
            changes.Select(change => change.After.ErrorCode).ToArray(),
            changes.Select(change => change.After.EventId).ToArray(),
            changes.Select(change => change.After.CancelReason).ToArray(),
            changes.Select(change => change.After.RefundedAmount).ToArray(),
            now);
        PaymentChange[] refunds = [.. changes.Where(change => change.OrdersRefund)];
        return refunds.Length == 0
            ? batch
            : batch.Add(
                InsertRefunds,
                refunds.Select(change => change.After.PaymentId).ToArray(),
                refunds.Select(change => change.After.RefundedAmount - change.Before.RefundedAmount).ToArray(),
                refunds.Select(change => change.After.CancelReason).ToArray(),
                now);
    }
}
