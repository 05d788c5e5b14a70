namespace Fulfillment.Cli.Audit;

/// <summary>
/// Invariants across the modules. They do not depend on time: open orders are not checked, and an idle system has no violations.
/// </summary>
internal static class AuditJoin
{
    public static IReadOnlyList<AuditCheck> Check(ReconciliationFeeds feeds)
    {
        var reservations = feeds.Reservations.ToLookup(entry => entry.OrderId);
        var payments = feeds.Payments.ToLookup(entry => entry.OrderId);
        var notified = feeds.Notifications.ToLookup(entry => entry.OrderId, entry => entry.Events);
        OrderEntry[] completed = [.. feeds.Orders.Where(order => order.Completed)];
        OrderEntry[] abandoned = [.. feeds.Orders.Where(order => order.Abandoned)];
        OrderEntry[] ended = [.. completed, .. abandoned];
        return
        [
            Each("completed-is-paid", "A completed order has one payment of its total, without a refund other than manual ones.",
                completed, "completed orders", order => Unpaid(order, [.. payments[order.OrderId]])),
            Each("completed-is-sold", "A completed order has committed stock.",
                completed, "completed orders",
                order => Unless(States(reservations[order.OrderId]) is ["COMMITTED"], order, reservations[order.OrderId])),
            Each("abandoned-is-unpaid", "No money of a failed or cancelled order is kept, and an order without stock was never charged.",
                abandoned, "failed and cancelled orders",
                order => Paid(order, [.. payments[order.OrderId]], [.. reservations[order.OrderId]])),
            Each("abandoned-holds-nothing",
                "A failed or cancelled order holds no stock: it is released, expired, rejected or was never reserved.",
                abandoned, "failed and cancelled orders",
                order => Unless(
                    States(reservations[order.OrderId]) is [] or ["RELEASED"] or ["EXPIRED"] or ["REJECTED"],
                    order, reservations[order.OrderId])),
            Each("ended-is-not-held", "No order that has ended has an active reservation.",
                ended, "ended orders",
                order => Unless(!States(reservations[order.OrderId]).Contains("ACTIVE"), order, reservations[order.OrderId])),
            Each("ended-is-notified", "A customer is notified of the end of an order: by e-mail, and of a purchase also by SMS.",
                ended, "ended orders", order => NotNotified(order, [.. notified[order.OrderId].SelectMany(events => events)])),
            Known(feeds),
            Money(feeds, completed),
        ];
    }

    /// <summary>Orders that other reconciliation feeds contain and that were not read.</summary>
    public static IEnumerable<long> UnknownOrders(ReconciliationFeeds feeds)
    {
        var known = feeds.Orders.Select(order => order.OrderId).ToHashSet();
        return new IEnumerable<IReconciliationEntry>[] { feeds.Reservations, feeds.Payments, feeds.Notifications }
            .SelectMany(entries => entries).Select(entry => entry.OrderId)
            .Where(order => !known.Contains(order) && !feeds.LaterOrders.Contains(order));
    }

    private static string? Unpaid(OrderEntry order, PaymentEntry[] payments) => payments switch
    {
        [] => "COMPLETED, but there is no payment",
        [{ Captured: false } payment] => $"COMPLETED, but the payment is {payment.Status}",
        [var payment] when payment.Amount != order.TotalAmount => $"the total is {order.TotalAmount}, but {payment.Amount} was charged",
        [var payment] when payment.RefundedAmount != payment.ManualRefund =>
            $"COMPLETED, but {payment.RefundedAmount} was refunded, {payment.ManualRefund} of it by hand",
        [_] => null,
        _ => $"COMPLETED, with {payments.Length} payments",
    };

    private static string? Paid(OrderEntry order, PaymentEntry[] payments, ReservationEntry[] reservations)
    {
        if (payments.Sum(payment => payment.Kept) is not 0 and var kept)
            return $"{order.Status}, but {kept} of the customer's money is kept";
        return reservations is [{ Status: "REJECTED" }] && payments.Any(payment => payment.Status != "VOIDED")
            ? $"{order.Status} for lack of stock, but there is a payment that is {payments[0].Status}"
            : null;
    }

    private static string? NotNotified(OrderEntry order, NotifiedEvent[] events)
    {
        if (events.Length == 0) return $"{order.Status}, but the customer was not notified";
        string[] channels = order.Completed ? ["EMAIL", "SMS"] : ["EMAIL"];
        return events.Any(notified => channels.All(notified.Channels.Contains))
            ? null
            : $"{order.Status}, but notified by {string.Join(", ", events[0].Channels)} only";
    }

    private static AuditCheck Known(ReconciliationFeeds feeds)
    {
        var unknown = UnknownOrders(feeds).ToHashSet();
        AuditViolation[] strangers =
        [
            .. Strangers(feeds.Reservations, "a reservation"), .. Strangers(feeds.Payments, "a payment"),
            .. Strangers(feeds.Notifications, "a notification"),
        ];
        var entries = feeds.Reservations.Count + feeds.Payments.Count + feeds.Notifications.Count;
        return Of(
            "orders-are-known", "Reservations, payments and notifications are of orders that exist.", $"{entries:N0} entries", strangers);

        IEnumerable<AuditViolation> Strangers(IEnumerable<IReconciliationEntry> entries, string what) =>
            from entry in entries
            where unknown.Contains(entry.OrderId)
            select new AuditViolation($"{entry.OrderId}", $"there is {what} of this order, but no order");
    }

    // A payment of an open order later belongs to a completed order, or is refunded.
    private static AuditCheck Money(ReconciliationFeeds feeds, OrderEntry[] completed)
    {
        var open = feeds.Orders.Where(order => !order.Ended).Select(order => order.OrderId).Concat(feeds.LaterOrders).ToHashSet();
        PaymentEntry[] payments = [.. feeds.Payments.Where(payment => !open.Contains(payment.OrderId))];
        var kept = payments.Sum(payment => payment.Kept);
        var earned = completed.Sum(order => order.TotalAmount) - payments.Sum(payment => payment.ManualRefund);
        return Of(
            "money-adds-up", "The charged minus the refunded amounts equal the total of completed orders minus their manual refunds.",
            $"{payments.Length:N0} payments",
            kept == earned ? [] : [new AuditViolation("all", $"{kept} is kept, but {earned} was earned")]);
    }

    private static string[] States(IEnumerable<ReservationEntry> reservations) =>
        [.. reservations.Select(reservation => reservation.Status)];

    private static string? Unless(bool fine, OrderEntry order, IEnumerable<ReservationEntry> reservations) =>
        fine ? null : $"{order.Status}, but the reservation is {string.Join(" and ", States(reservations).DefaultIfEmpty("missing"))}";

    private static AuditCheck Each(
        string name, string description, OrderEntry[] orders, string what, Func<OrderEntry, string?> mistake) =>
        Of(
            name, description, $"{orders.Length:N0} {what}",
            [
                .. from order in orders
                   let wrong = mistake(order)
                   where wrong is not null
                   select new AuditViolation($"{order.OrderId}", wrong),
            ]);

    private static AuditCheck Of(string name, string description, string compared, AuditViolation[] violations) =>
        new(AuditCheck.AcrossModules, name, description, compared, violations.Length, violations);
}
