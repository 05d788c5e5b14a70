using Fulfillment.Contracts;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>An order that has ended without success.</summary>
public sealed record CancelledOrder(long OrderId, string CustomerId, string ReasonCode, Guid CorrelationId)
{
    public static CancelledOrder From(BaseEvent message, string customerId, string reasonCode)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new CancelledOrder(message.AboutOrder, customerId, reasonCode, message.CorrelationId ?? message.EventId);
    }
}

/// <summary>
/// Records for many orders at once that they have ended. A completed charge is refunded now, a running charge is refunded after its answer,
/// and an order without a charge is never charged. The result says whether this call ordered a refund.
/// </summary>
public sealed class CancelPaymentWriter(IPaymentGateway gateway, TimeProvider time) : IBatchWriter<CancelledOrder, bool>
{
    private const string Mark = """
        INSERT INTO payments (order_id, customer_id, amount, status, payment_method, cancel_reason, correlation_id, refunded_amount,
            created_at, updated_at)
        SELECT order_id, customer, 0, 'VOIDED', $5, reason, correlation, 0, $6, $6
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) AS ended (order_id, customer, reason, correlation)
        ON CONFLICT (order_id) DO UPDATE SET cancel_reason = excluded.cancel_reason, updated_at = excluded.updated_at
            WHERE payments.cancel_reason IS NULL
        """;

    public async Task<IReadOnlyList<bool>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<CancelledOrder> items)
    {
        CancelledOrder[] sorted = [.. items.DistinctBy(item => item.OrderId).OrderBy(item => item.OrderId)];
        long[] orders = [.. sorted.Select(item => item.OrderId)];
        await using var batch = new NpgsqlBatch(connection)
            .Add(
                Mark, orders,
                sorted.Select(item => item.CustomerId).ToArray(),
                sorted.Select(item => item.ReasonCode).ToArray(),
                sorted.Select(item => item.CorrelationId).ToArray(),
                gateway.Method, time.NowToMicrosecond())
            .AddRefundsForCancelled(orders, time.NowToMicrosecond());
        await using var reader = await batch.ExecuteReaderAsync();
        var refunded = (await reader.ReadAllAsync(row => row.GetInt64(0))).ToHashSet();
        return [.. items.Select(item => refunded.Contains(item.OrderId))];
    }
}
