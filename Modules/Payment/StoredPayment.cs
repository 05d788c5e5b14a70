using Npgsql;

namespace Fulfillment.Payment;

/// <summary>A stored payment with the fields that its events need.</summary>
public sealed record StoredPayment(
    long OrderId, long PaymentId, PaymentStatus Status, decimal Amount, string? TransactionId, string? Reason, string? ErrorCode,
    Guid? EventId, DateTimeOffset At, string? CancelReason)
{
    internal const string Select = """
        SELECT order_id, id, status, amount, transaction_id, reason, error_code, event_id,
            coalesce(completed_at, created_at), cancel_reason FROM payments WHERE order_id = ANY($1)
        """;

    internal static StoredPayment Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<PaymentStatus>(2), row.GetDecimal(3),
        row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetGuid(7),
        row.GetFieldValue<DateTimeOffset>(8), row.IsDBNull(9) ? null : row.GetString(9));
}
