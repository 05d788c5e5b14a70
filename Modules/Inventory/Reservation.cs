namespace Fulfillment.Inventory;

/// <summary>What became of the stock of an order.</summary>
public enum ReservationStatus : short
{
    /// <summary>Held for the order.</summary>
    Active = 1,

    /// <summary>Sold: the order was paid.</summary>
    Committed = 2,

    /// <summary>Given back, or never held because the order was cancelled before it arrived; then it has no lines.</summary>
    Released = 3,

    /// <summary>Given back because nobody paid in time.</summary>
    Expired = 4,

    /// <summary>Never held: the order could not be served.</summary>
    Rejected = 5,
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

    /// <summary>Why it was rejected (OUT_OF_STOCK, UNKNOWN_PRODUCT) or given back (PAYMENT_DECLINED, CUSTOMER_REQUESTED, RESERVATION_EXPIRED).</summary>
    public string? ReasonCode { get; init; }

    /// <summary>First product that could not be reserved.</summary>
    public string? FailedProductId { get; init; }

    /// <summary>Id of the event that announced this answer.</summary>
    public Guid EventId { get; init; }

    /// <summary>The first event of the order.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>The event that sold it or gave it back last; null for the clock. Its redelivery, and no other event's, repeats what that led to.</summary>
    public Guid? SettledBy { get; init; }

    /// <summary>When it expires, if it is still held then; null when it never was.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
