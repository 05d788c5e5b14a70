using Fulfillment.BuildingBlocks.Persistence;
using Npgsql;

namespace Fulfillment.Payments.ChargePayment;

/// <summary>An answer of the gateway that is to be stored.</summary>
public sealed record NewPayment(Charge Charge, string Method, ChargeResult Result, Guid EventId)
{
    public PaymentStatus Status => Result.Decline is null ? PaymentStatus.Completed : PaymentStatus.Failed;
}

/// <summary>Stores outcomes with their transactions, many at once. The first outcome of an order holds and is what every caller gets.</summary>
public sealed class PaymentWriter(ModuleDatabase<PaymentDbContext> database, TimeProvider time)
    : GroupCommit<NewPayment, StoredPayment>(database.Source, time: time)
{
    private const string Insert = """
        WITH stored AS (
            INSERT INTO payments (order_id, customer_id, amount, status, payment_method, transaction_id, reason, error_code, event_id, created_at)
            SELECT *, $10 FROM unnest($1::bigint[], $2::text[], $3::numeric[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[])
            ON CONFLICT (order_id) DO NOTHING
            RETURNING id, transaction_id, status, amount, reason, created_at)
        INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
        SELECT id, transaction_id, 'CHARGE', status, amount, coalesce(reason, 'Approved'), created_at FROM stored
        """;

    protected override async Task<IReadOnlyList<StoredPayment>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<NewPayment> items)
    {
        // In the order of their keys: two replicas that store the same orders wait for each other in line, not in a circle.
        NewPayment[] sorted = [.. items.DistinctBy(payment => payment.Charge.OrderId).OrderBy(payment => payment.Charge.OrderId)];
        long[] orders = [.. sorted.Select(payment => payment.Charge.OrderId)];
        await using var batch = new NpgsqlBatch(connection)
            .Add(
                Insert, orders,
                sorted.Select(payment => payment.Charge.CustomerId).ToArray(),
                sorted.Select(payment => payment.Charge.Amount).ToArray(),
                sorted.Select(payment => (short)payment.Status).ToArray(),
                sorted.Select(payment => payment.Method).ToArray(),
                sorted.Select(payment => payment.Result.TransactionId).ToArray(),
                sorted.Select(payment => payment.Result.Decline?.Reason).ToArray(),
                sorted.Select(payment => payment.Result.Decline?.ErrorCode).ToArray(),
                sorted.Select(payment => payment.EventId).ToArray(),
                Now())
            .Add(StoredPayment.Select, orders);
        await using var reader = await batch.ExecuteReaderAsync();
        var stored = (await reader.ReadAllAsync(StoredPayment.Read)).ToDictionary(payment => payment.OrderId);
        return [.. items.Select(payment => stored[payment.Charge.OrderId])];
    }
}
