namespace Fulfillment.Payments;

/// <summary>How a charge ended.</summary>
public enum PaymentStatus : short
{
    Completed = 1,

    Failed = 2,
}

/// <summary>The charge of an order; there is at most one.</summary>
public sealed class Payment
{
    public long Id { get; init; }

    public long OrderId { get; init; }

    public required string CustomerId { get; init; }

    public decimal Amount { get; init; }

    public PaymentStatus Status { get; init; }

    public required string PaymentMethod { get; init; }

    public required string TransactionId { get; init; }

    /// <summary>Why it was declined, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was declined, the gateway's code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Id of the event that announced the outcome.</summary>
    public Guid EventId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One exchange with the gateway.</summary>
public sealed class PaymentTransaction
{
    public long Id { get; init; }

    public long PaymentId { get; init; }

    public required string TransactionId { get; init; }

    /// <summary>CHARGE.</summary>
    public required string Type { get; init; }

    public PaymentStatus Status { get; init; }

    public decimal Amount { get; init; }

    /// <summary>What the gateway said.</summary>
    public required string Message { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
