namespace Fulfillment.Inventory;

/// <summary>State of the stock of an order.</summary>
public enum ReservationStatus
{
    /// <summary>Reserved for the order.</summary>
    Active,

    /// <summary>Sold: the order was paid.</summary>
    Committed,

    /// <summary>Released, or never reserved because the cancellation arrived before the order; then it has no lines.</summary>
    Released,

    /// <summary>Released because the order was not paid in time.</summary>
    Expired,

    /// <summary>Never reserved: the stock was insufficient or a product unknown.</summary>
    Rejected,
}

/// <summary>
/// The stored answer to an order, one row with its lines as arrays: it is written and read as a whole. A redelivered
/// ORDER_CREATED finds it and leads to the same event again.
/// </summary>
public sealed class Reservation
{
    public long OrderId { get; init; }

    public required string CustomerId { get; init; }

    public ReservationStatus Status { get; init; }

    public required string[] ProductIds { get; init; }

    public required int[] Quantities { get; init; }

    /// <summary>
    /// Reason of a rejection (OUT_OF_STOCK, UNKNOWN_PRODUCT) or of a release (PAYMENT_DECLINED, CUSTOMER_REQUESTED, RESERVATION_EXPIRED).
    /// </summary>
    public string? ReasonCode { get; init; }

    /// <summary>First product that could not be reserved.</summary>
    public string? FailedProductId { get; init; }

    /// <summary>Id of the event that announced this answer.</summary>
    public Guid EventId { get; init; }

    /// <summary>The first event of the order.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>
    /// The last event that committed or released it; null for an expiry. Only a redelivery of this event repeats the result.
    /// </summary>
    public Guid? SettledBy { get; init; }

    /// <summary>Time of expiry while it is active; null when it never was.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
