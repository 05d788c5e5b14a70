using Fulfillment.Chaos.Faults;

namespace Fulfillment.Chaos.Checks;

/// <summary>An order in order_db.</summary>
internal sealed record OrderFact(long OrderId, string CustomerId, short Status, string? Reason, decimal Total, string Lines, TimeSpan Took)
{
    public bool IsTerminal => Status >= Completed;

    public const short Completed = 10;
    public const short Failed = 11;
    public const short Cancelled = 12;

    public override string ToString() => $"order {OrderId} of {CustomerId} is {StatusName}{(Reason is null ? "" : $" ({Reason})")}";

    public string StatusName => Status switch
    {
        0 => "PENDING", 1 => "CONFIRMED", Completed => "COMPLETED", Failed => "FAILED", Cancelled => "CANCELLED", _ => $"status {Status}",
    };
}

/// <summary>A reservation in inventory_db.</summary>
internal sealed record ReservationFact(long OrderId, short Status, IReadOnlyList<string> Products, IReadOnlyList<int> Quantities)
{
    public const short Active = 1;
    public const short Committed = 2;
    public const short Expired = 4;

    public string StatusName => Status switch
    {
        Active => "ACTIVE", Committed => "COMMITTED", 3 => "RELEASED", Expired => "EXPIRED", 5 => "REJECTED", _ => $"status {Status}",
    };
}

/// <summary>The stock of a product.</summary>
internal sealed record StockFact(string ProductId, long Available, long Reserved, long Sold, long Received);

/// <summary>A payment in payment_db.</summary>
/// <param name="OrderId">The order that it is for.</param>
/// <param name="Status">0 to 4.</param>
/// <param name="Amount">Amount to pay.</param>
/// <param name="Refunded">Amount that was refunded.</param>
/// <param name="Charges">Transactions with which the gateway took money.</param>
/// <param name="OpenRefunds">Refunds that are not carried out.</param>
internal sealed record PaymentFact(long OrderId, short Status, decimal Amount, decimal Refunded, int Charges, int OpenRefunds)
{
    public const short Completed = 1;

    /// <summary>True when the customer has paid and the payment is not refunded.</summary>
    public bool IsPaid => Status == Completed && Refunded < Amount;

    public override string ToString() =>
        $"a payment of {Amount} in status {Status} with {Charges} charge(s), {Refunded} refunded and {OpenRefunds} refund(s) open";
}

/// <summary>A notification of a customer about an order.</summary>
internal sealed record NotificationFact(long OrderId, Guid EventId, short Channel, long Times)
{
    public const short Email = 1;
    public const short Sms = 2;
}

/// <summary>A dead letter. The id is null when the message had none.</summary>
internal sealed record DeadLetterFact(string Module, string? MessageId, string Text);

/// <summary>The contents of the databases and of the broker after the system has become idle.</summary>
internal sealed record DatabaseSnapshot(
    IReadOnlyList<OrderFact> Orders,
    IReadOnlyList<ReservationFact> Reservations,
    IReadOnlyList<StockFact> Stock,
    IReadOnlyList<PaymentFact> Payments,
    IReadOnlyList<NotificationFact> Notifications,
    IReadOnlyList<DeadLetterFact> DeadLetters,
    IReadOnlyDictionary<string, long> LeftOver)
{
    /// <summary>Poison messages by message id.</summary>
    public IReadOnlyDictionary<string, PoisonMessage> Poison { get; init; } = new Dictionary<string, PoisonMessage>();
}
