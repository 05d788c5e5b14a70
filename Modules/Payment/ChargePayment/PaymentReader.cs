using Fulfillment.BuildingBlocks.Persistence;
using Npgsql;

namespace Fulfillment.Payments.ChargePayment;

/// <summary>A stored outcome, as far as its event needs it.</summary>
public sealed record StoredPayment(
    long OrderId, long PaymentId, PaymentStatus Status, string TransactionId, string? Reason, string? ErrorCode, Guid EventId, DateTimeOffset At)
{
    internal const string Select = """
        SELECT order_id, id, status, transaction_id, reason, error_code, event_id, created_at FROM payments WHERE order_id = ANY($1)
        """;

    internal static StoredPayment Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), (PaymentStatus)row.GetInt16(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5), row.GetGuid(6), row.GetFieldValue<DateTimeOffset>(7));
}

/// <summary>Finds the payments of many orders with one query.</summary>
public sealed class PaymentReader(ModuleDatabase<PaymentDbContext> database) : BatchQueue<long, StoredPayment?>(new BatchLimits())
{
    protected override async Task<IReadOnlyList<StoredPayment?>> ProcessAsync(IReadOnlyList<long> items)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection).Add(StoredPayment.Select, items.Distinct().ToArray());
        await using var reader = await batch.ExecuteReaderAsync();
        var found = (await reader.ReadAllAsync(StoredPayment.Read)).ToDictionary(payment => payment.OrderId);
        return [.. items.Select(order => found.GetValueOrDefault(order))];
    }
}
