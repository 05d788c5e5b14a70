using Npgsql;

namespace Fulfillment.Payment;

/// <summary>A stored payment with the fields that decisions and its events need.</summary>
public sealed record StoredPayment(
    long OrderId, long PaymentId, PaymentStatus Status, decimal Amount, string? TransactionId, string? Reason, string? ErrorCode,
    Guid? EventId, DateTimeOffset At, string? CancelReason)
{
    internal const string Select = """
        SELECT order_id, id, status, amount, transaction_id, reason, error_code, event_id,
            coalesce(completed_at, created_at), cancel_reason, refunded_amount,
            EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND reason_code <> 'MANUAL'),
            EXISTS (SELECT FROM refunds WHERE payment_id = payments.id AND completed_at IS NULL)
        FROM payments WHERE order_id = ANY($1)
        """;

    /// <summary>Sum of its refunds, including open ones.</summary>
    public decimal RefundedAmount { get; init; }

    /// <summary>The end of the order has ordered a refund.</summary>
    public bool RefundOrdered { get; init; }

    /// <summary>A refund is not carried out yet.</summary>
    public bool RefundOpen { get; init; }

    internal static StoredPayment Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<PaymentStatus>(2), row.GetDecimal(3),
        row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetGuid(7),
        row.GetFieldValue<DateTimeOffset>(8), row.IsDBNull(9) ? null : row.GetString(9))
    {
        RefundedAmount = row.GetDecimal(10), RefundOrdered = row.GetBoolean(11), RefundOpen = row.GetBoolean(12),
    };
}
