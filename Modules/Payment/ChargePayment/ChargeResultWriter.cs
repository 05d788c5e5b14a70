using Fulfillment.Payment.RefundPayment;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment.ChargePayment;

/// <summary>An answer of the gateway that is to be stored.</summary>
public sealed record ChargeOutcome(long OrderId, ChargeResult Result, Guid EventId)
{
    public PaymentStatus Status => Result.Decline is null ? PaymentStatus.Completed : PaymentStatus.Failed;
}

/// <summary>
/// Stores answers of the gateway with their transactions, many at once. The first outcome of a payment wins, and every caller gets it. A
/// payment whose order was cancelled during the charge gets its refund here.
/// </summary>
public sealed class ChargeResultWriter(TimeProvider time) : IBatchWriter<ChargeOutcome, StoredPayment>
{
    private const string Store = """
        WITH stored AS (
            UPDATE payments SET status = new.status, transaction_id = new.transaction, reason = new.reason, error_code = new.error,
                event_id = new.event, completed_at = $7, updated_at = $7
            FROM unnest($1::bigint[], $2::payment_status[], $3::text[], $4::text[], $5::text[], $6::uuid[])
                AS new (order_id, status, transaction, reason, error, event)
            WHERE payments.order_id = new.order_id AND payments.status = 'PENDING'
            RETURNING id, payments.transaction_id, payments.status, amount, payments.reason)
        INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
        SELECT id, transaction_id, 'CHARGE', status, amount, coalesce(reason, 'Approved'), $7 FROM stored
        """;

    public async Task<IReadOnlyList<StoredPayment>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<ChargeOutcome> items)
    {
        ChargeOutcome[] first = [.. items.DistinctBy(item => item.OrderId)];
        long[] orders = [.. first.Select(item => item.OrderId)];
        await using var batch = new NpgsqlBatch(connection)
            .Add(RefundSql.LockPayments, orders)
            .Add(
                Store, orders,
                first.Select(item => item.Status).ToArray(),
                first.Select(item => item.Result.TransactionId).ToArray(),
                first.Select(item => item.Result.Decline?.Reason).ToArray(),
                first.Select(item => item.Result.Decline?.ErrorCode).ToArray(),
                first.Select(item => item.EventId).ToArray(),
                time.NowToMicrosecond())
            .Add(StoredPayment.Select, orders);
        var stored = await ReadStoredAsync(batch);
        long[] ended = [.. stored.Values.Where(payment => payment.CancelReason is not null).Select(payment => payment.OrderId)];
        if (ended.Length > 0)
        {
            await using var refunds = new NpgsqlBatch(connection)
                .AddRefundsForCancelled(ended, time.NowToMicrosecond()).Add(StoredPayment.Select, orders);
            stored = await ReadStoredAsync(refunds);
        }

        return [.. items.Select(item => stored[item.OrderId])];
    }

    // The payments come last, after the rows that were locked or got a refund.
    private static async Task<Dictionary<long, StoredPayment>> ReadStoredAsync(NpgsqlBatch batch)
    {
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.ReadAllAsync(_ => 0);
        return (await reader.ReadAllAsync(StoredPayment.Read)).ToDictionary(payment => payment.OrderId);
    }
}
