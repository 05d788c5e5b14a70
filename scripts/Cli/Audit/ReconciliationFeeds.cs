namespace Fulfillment.Cli.Audit;

/// <summary>The reconciliation feeds of the modules for all orders. Statuses are those of the API.</summary>
/// <param name="LaterOrders">
/// Orders that were placed while the feeds were read: known, but not checked, because the other feeds are older than they are.
/// </param>
internal sealed record ReconciliationFeeds(
    IReadOnlyList<OrderEntry> Orders, IReadOnlyList<ReservationEntry> Reservations, IReadOnlyList<PaymentEntry> Payments,
    IReadOnlyList<NotificationEntry> Notifications, IReadOnlySet<long> LaterOrders)
{
    /// <summary>Only the orders with larger numbers.</summary>
    public ReconciliationFeeds After(long order) => order == 0 ? this : new ReconciliationFeeds(
        Above(Orders, order), Above(Reservations, order), Above(Payments, order), Above(Notifications, order), LaterOrders);

    private static T[] Above<T>(IReadOnlyList<T> entries, long order)
        where T : IReconciliationEntry => [.. entries.Where(entry => entry.OrderId > order)];
}

/// <summary>The entry of one order in a reconciliation feed.</summary>
internal interface IReconciliationEntry
{
    long OrderId { get; }
}

internal sealed record OrderEntry(long OrderId, string CustomerId, string Status, string? StatusReason, decimal TotalAmount)
    : IReconciliationEntry
{
    public bool Completed => Status == "COMPLETED";

    /// <summary>Ended without a sale.</summary>
    public bool Abandoned => Status is "FAILED" or "CANCELLED";

    public bool Ended => Completed || Abandoned;
}

internal sealed record ReservationEntry(long OrderId, string Status, string? ReasonCode) : IReconciliationEntry;

internal sealed record PaymentEntry(
    long OrderId, string Status, decimal Amount, decimal RefundedAmount, string? CancelReason, decimal ManualRefund) : IReconciliationEntry
{
    public bool Captured => Status is "COMPLETED" or "REFUNDED";

    /// <summary>The charged amount that was not refunded.</summary>
    public decimal Kept => Captured ? Amount - RefundedAmount : 0;
}

internal sealed record NotificationEntry(long OrderId, IReadOnlyList<NotifiedEvent> Events) : IReconciliationEntry;

internal sealed record NotifiedEvent(Guid EventId, IReadOnlyList<string> Channels);
