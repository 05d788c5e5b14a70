namespace Fulfillment.Payment;

/// <summary>Where the payment of an order stands.</summary>
public enum PaymentStatus : short
{
    /// <summary>The charge has begun; its outcome is not known yet.</summary>
    Pending = 0,

    Completed = 1,

    /// <summary>Declined.</summary>
    Failed = 2,

    /// <summary>Never charged: the order had ended before.</summary>
    Voided = 3,

    /// <summary>Charged, and given back as a whole.</summary>
    Refunded = 4,
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

    /// <summary>The gateway's, once it has answered.</summary>
    public string? TransactionId { get; init; }

    /// <summary>Why it was declined, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was declined, the gateway's code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Why the order has ended without success (CUSTOMER_REQUESTED, RESERVATION_EXPIRED); what is charged then goes back.</summary>
    public string? CancelReason { get; init; }

    /// <summary>Sum of its refunds, of those too that are not carried out yet.</summary>
    public decimal RefundedAmount { get; init; }

    /// <summary>Id of the event that announced the outcome.</summary>
    public Guid? EventId { get; init; }

    /// <summary>The first event of the order.</summary>
    public Guid? CorrelationId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the gateway's answer was stored.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When anything of it changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Money that goes back. It is stored first and carried out then, so that it survives whatever dies in between.</summary>
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

    /// <summary>The gateway's, once it has answered.</summary>
    public string? TransactionId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often the gateway was asked.</summary>
    public int Attempts { get; init; }

    /// <summary>When the gateway is asked next, while it is to be carried out.</summary>
    public DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>Why the last attempt failed; null when none has, or it is carried out.</summary>
    public string? LastError { get; init; }

    /// <summary>Null while it is to be carried out.</summary>
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

    /// <summary>What the gateway said.</summary>
    public required string Message { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
