using Fulfillment.Chaos.Faults;
using Fulfillment.Cli.Audit;

namespace Fulfillment.Chaos.Checks;

/// <summary>An order in order_db.</summary>
internal sealed record OrderFact(long OrderId, string CustomerId, string Status, string? Reason, decimal Total, string Lines, TimeSpan Took)
{
    public bool IsTerminal => Status is Completed or Failed or Cancelled;

    public const string Completed = "COMPLETED";
    public const string Failed = "FAILED";
    public const string Cancelled = "CANCELLED";

    public override string ToString() => $"order {OrderId} of {CustomerId} is {Status}{(Reason is null ? "" : $" ({Reason})")}";
}

/// <summary>A reservation in inventory_db.</summary>
internal sealed record ReservationFact(long OrderId, string Status, IReadOnlyList<string> Products, IReadOnlyList<int> Quantities)
{
    public const string Active = "ACTIVE";
    public const string Committed = "COMMITTED";
    public const string Expired = "EXPIRED";
}

/// <summary>The stock of a product.</summary>
internal sealed record StockFact(string ProductId, long Available, long Reserved, long Sold, long Received);

/// <summary>A payment in payment_db.</summary>
/// <param name="OrderId">The order that it is for.</param>
/// <param name="Status">Status of the payment.</param>
/// <param name="Amount">Amount to pay.</param>
/// <param name="Refunded">Amount that was refunded.</param>
/// <param name="Charges">Transactions with which the gateway took money.</param>
/// <param name="OpenRefunds">Refunds that are not carried out.</param>
internal sealed record PaymentFact(long OrderId, string Status, decimal Amount, decimal Refunded, int Charges, int OpenRefunds)
{
    public override string ToString() =>
        $"a payment of {Amount} that is {Status} with {Charges} charge(s), {Refunded} refunded and {OpenRefunds} refund(s) open";
}

/// <summary>A notification of a customer about an order.</summary>
internal sealed record NotificationFact(long OrderId, Guid EventId, string Channel, long Times)
{
    public const string Email = "EMAIL";
    public const string Sms = "SMS";
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

    /// <summary>The orders as the reconciliation feeds show them. The load generator refunds nothing by hand.</summary>
    public ReconciliationFeeds Feeds() => new(
        [.. Orders.Select(order => new OrderEntry(order.OrderId, order.CustomerId, order.Status, order.Reason, order.Total))],
        [.. Reservations.Select(reservation => new ReservationEntry(reservation.OrderId, reservation.Status, null))],
        [.. Payments.Select(payment => new PaymentEntry(
            payment.OrderId, payment.Status, payment.Amount, payment.Refunded, CancelReason: null, ManualRefund: 0))],
        [.. Notifications.GroupBy(notification => notification.OrderId).Select(order => new NotificationEntry(
            order.Key,
            [.. order.GroupBy(sent => sent.EventId, sent => sent.Channel).Select(sent => new NotifiedEvent(sent.Key, [.. sent]))]))],
        new HashSet<long>());
}
