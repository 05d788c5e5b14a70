using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Payment.ChargePayment;

/// <summary>A charge that is about to begin.</summary>
public sealed record NewCharge(Charge Charge, string Method, Guid CorrelationId);

/// <summary>
/// Records that charges begin, many at once, before the gateway is asked. A later cancellation then knows that money may have moved. The
/// result is the stored payment: PENDING when the gateway is to be asked, an outcome when it has answered, VOIDED when the order has ended.
/// </summary>
public sealed class ChargeWriter(TimeProvider time) : IBatchWriter<NewCharge, StoredPayment>
{
    private const string Insert = """
        INSERT INTO payments (order_id, customer_id, amount, status, payment_method, correlation_id, refunded_amount, created_at,
            updated_at)
        SELECT order_id, customer, amount, 'PENDING', method, correlation, 0, $6, $6
        FROM unnest($1::bigint[], $2::text[], $3::numeric[], $4::text[], $5::uuid[])
            AS new (order_id, customer, amount, method, correlation)
        ON CONFLICT (order_id) DO NOTHING
        """;

    public async Task<IReadOnlyList<StoredPayment>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<NewCharge> items)
    {
        // In the order of their keys, so that two replicas that store the same orders cannot deadlock.
        NewCharge[] sorted = [.. items.DistinctBy(item => item.Charge.OrderId).OrderBy(item => item.Charge.OrderId)];
        long[] orders = [.. sorted.Select(item => item.Charge.OrderId)];
        await using var batch = new NpgsqlBatch(connection)
            .Add(
                Insert, orders,
                sorted.Select(item => item.Charge.CustomerId).ToArray(),
                sorted.Select(item => item.Charge.Amount).ToArray(),
                sorted.Select(item => item.Method).ToArray(),
                sorted.Select(item => item.CorrelationId).ToArray(),
                time.NowToMicrosecond())
            .Add(StoredPayment.Select, orders);
        await using var reader = await batch.ExecuteReaderAsync();
        var stored = (await reader.ReadAllAsync(StoredPayment.Read)).ToDictionary(payment => payment.OrderId);
        return [.. items.Select(item => stored[item.Charge.OrderId])];
    }
}
