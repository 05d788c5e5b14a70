using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>An order that has ended without success.</summary>
public sealed record CancelledOrder(long OrderId, string CustomerId, string ReasonCode, Guid CorrelationId)
{
    public static CancelledOrder From(OrderEvent message, string customerId, string reasonCode)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new CancelledOrder(message.OrderId, customerId, reasonCode, message.CorrelationId ?? message.EventId);
    }
}

/// <summary>
/// Records for many orders at once that they have ended. A completed charge is refunded now, a running charge is refunded after its answer,
/// and an order without a charge is never charged. The result says whether this call ordered a refund.
/// </summary>
public sealed class CancelPaymentWriter(IPaymentGateway gateway, TimeProvider time) : IBatchWriter<CancelledOrder, bool>
{
    // Another process stored the payment after this transaction had read it: the transaction is retried.
    private const string InsertVoided = """
        INSERT INTO payments (order_id, customer_id, amount, status, payment_method, cancel_reason, correlation_id, refunded_amount,
            created_at, updated_at)
        SELECT order_id, customer, 0, 'VOIDED', $5, reason, correlation, 0, $6, $6
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) AS ended (order_id, customer, reason, correlation)
        ON CONFLICT DO NOTHING
        """;

    public async Task<IReadOnlyList<bool>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<CancelledOrder> items)
    {
        CancelledOrder[] sorted = [.. items.DistinctBy(item => item.OrderId).OrderBy(item => item.OrderId)];
        var payments = await PaymentSql.LockAsync(connection, [.. sorted.Select(item => item.OrderId)]);
        var now = time.NowToMicrosecond();
        PaymentChange[] changes =
        [
            .. sorted.Where(item => payments.ContainsKey(item.OrderId))
                .Select(item => new PaymentChange(
                    payments[item.OrderId], PaymentTransitions.Cancel(payments[item.OrderId], item.OrderId, item.ReasonCode, now)))
                .Where(change => change.After != change.Before),
        ];
        CancelledOrder[] uncharged = [.. sorted.Where(item => !payments.ContainsKey(item.OrderId))];
        await using var batch = new NpgsqlBatch(connection).AddChanges(changes, now);
        if (uncharged.Length > 0)
        {
            batch.Add(
                InsertVoided,
                uncharged.Select(item => item.OrderId).ToArray(),
                uncharged.Select(item => item.CustomerId).ToArray(),
                uncharged.Select(item => item.ReasonCode).ToArray(),
                uncharged.Select(item => item.CorrelationId).ToArray(),
                gateway.Method, now);
        }

        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync();
        if (uncharged.Length > 0 && batch.BatchCommands[^1].RecordsAffected != uncharged.Length)
            throw new ConcurrentWriteException("Another process stored the payment of one of these orders.");
        var refunded = changes.Where(change => change.OrdersRefund).Select(change => change.After.OrderId).ToHashSet();
        return [.. items.Select(item => refunded.Contains(item.OrderId))];
    }
}
