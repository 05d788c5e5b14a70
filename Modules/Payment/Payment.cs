namespace Fulfillment.Payment;

/// <summary>Status of the payment of an order.</summary>
public enum PaymentStatus
{
    /// <summary>The charge has begun; its outcome is not known yet.</summary>
    Pending,

    Completed,

    /// <summary>Declined.</summary>
    Failed,

    /// <summary>Never charged: the order had ended before.</summary>
    Voided,

    /// <summary>Charged, and given back as a whole.</summary>
    Refunded,
}

/// <summary>The payment of an order; there is at most one.</summary>
public sealed class Payment
{
    public long Id { get; init; }

    public long OrderId { get; init; }

    public required string CustomerId { get; init; }

    public decimal Amount { get; init; }

    public PaymentStatus Status { get; init; }

    public required string PaymentMethod { get; init; }

    /// <summary>The gateway's transaction, once it has answered.</summary>
    public string? TransactionId { get; init; }

    /// <summary>Reason of a decline, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Reason of a decline, as the gateway's code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Reason of an end without success (CUSTOMER_REQUESTED, RESERVATION_EXPIRED); a later charge is refunded.</summary>
    public string? CancelReason { get; init; }

    /// <summary>Sum of its refunds, including those that are not carried out yet.</summary>
    public decimal RefundedAmount { get; init; }

    /// <summary>Id of the event that announced the outcome.</summary>
    public Guid? EventId { get; init; }

    /// <summary>The first event of the order.</summary>
    public Guid? CorrelationId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Time at which the gateway's answer was stored.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Time of the last change.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A refund. It is stored first and carried out afterwards, so that it survives a crash in between.</summary>
public sealed class Refund
{
    public const string Manual = "MANUAL";

    public long Id { get; init; }

    public long PaymentId { get; init; }

    public decimal Amount { get; init; }

    /// <summary>CUSTOMER_REQUESTED, RESERVATION_EXPIRED or MANUAL.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>For people.</summary>
    public string? Reason { get; init; }

    /// <summary>Id of the event that announces it.</summary>
    public Guid EventId { get; init; }

    /// <summary>The gateway's transaction, once it has answered.</summary>
    public string? TransactionId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Number of requests to the gateway.</summary>
    public int Attempts { get; init; }

    /// <summary>Time of the next request to the gateway, while the refund is open.</summary>
    public DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>Error of the last attempt; null when there was none, or the refund is carried out.</summary>
    public string? LastError { get; init; }

    /// <summary>Time at which it was carried out; null while it is open.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
}

/// <summary>One exchange with the gateway.</summary>
public sealed class PaymentTransaction
{
    public long Id { get; init; }

    public long PaymentId { get; init; }

    public required string TransactionId { get; init; }

    /// <summary>CHARGE or REFUND.</summary>
    public required string Type { get; init; }

    public PaymentStatus Status { get; init; }

    public decimal Amount { get; init; }

    /// <summary>The gateway's message.</summary>
    public required string Message { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
