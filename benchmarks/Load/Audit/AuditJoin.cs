namespace Fulfillment.Load.Audit;

/// <summary>
/// What must be true across the modules. Nothing here depends on time: orders that are open are not judged, and a system that has come to
/// rest has no violations.
/// </summary>
internal static class AuditJoin
{
    public static IReadOnlyList<AuditCheck> Check(ReconciliationFeeds ledgers)
    {
        var reservations = ledgers.Reservations.ToLookup(entry => entry.OrderId);
        var payments = ledgers.Payments.ToLookup(entry => entry.OrderId);
        var told = ledgers.Notifications.ToLookup(entry => entry.OrderId, entry => entry.Events);
        OrderEntry[] completed = [.. ledgers.Orders.Where(order => order.Completed)];
        OrderEntry[] abandoned = [.. ledgers.Orders.Where(order => order.Abandoned)];
        OrderEntry[] ended = [.. completed, .. abandoned];
        return
        [
            Each("completed-is-paid", "A completed order has one payment of its total, of which nothing but by hand was refunded.",
                completed, "completed orders", order => Unpaid(order, [.. payments[order.OrderId]])),
            Each("completed-is-sold", "A completed order has committed stock.",
                completed, "completed orders", order => Unless(States(reservations[order.OrderId]) is ["COMMITTED"], order, reservations[order.OrderId])),
            Each("abandoned-is-unpaid", "Of a failed or cancelled order nothing is kept, and one without stock was never charged.",
                abandoned, "failed and cancelled orders", order => Paid(order, [.. payments[order.OrderId]], [.. reservations[order.OrderId]])),
            Each("abandoned-holds-nothing", "A failed or cancelled order holds no stock: it is released, expired, rejected or was never reserved.",
                abandoned, "failed and cancelled orders",
                order => Unless(States(reservations[order.OrderId]) is [] or ["RELEASED"] or ["EXPIRED"] or ["REJECTED"], order, reservations[order.OrderId])),
            Each("ended-is-not-held", "No order that has ended has an active reservation.",
                ended, "ended orders", order => Unless(!States(reservations[order.OrderId]).Contains("ACTIVE"), order, reservations[order.OrderId])),
            Each("ended-is-told", "A customer is told how an order ended: by e-mail, and of a purchase also by SMS.",
                ended, "ended orders", order => Untold(order, [.. told[order.OrderId].SelectMany(events => events)])),
            Known(ledgers),
            Money(ledgers, completed),
        ];
    }

    /// <summary>Orders that other ledgers speak of and that were not read.</summary>
    public static IEnumerable<long> UnknownOrders(ReconciliationFeeds ledgers)
    {
        var known = ledgers.Orders.Select(order => order.OrderId).ToHashSet();
        return new IEnumerable<IReconciliationEntry>[] { ledgers.Reservations, ledgers.Payments, ledgers.Notifications }
            .SelectMany(entries => entries).Select(entry => entry.OrderId).Where(order => !known.Contains(order) && !ledgers.LaterOrders.Contains(order));
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
        if (payments.Sum(payment => payment.Kept) is not 0 and var kept) return $"{order.Status}, but {kept} of the customer's money is kept";
        return reservations is [{ Status: "REJECTED" }] && payments.Any(payment => payment.Status != "VOIDED")
            ? $"{order.Status} for lack of stock, but there is a payment that is {payments[0].Status}"
            : null;
    }

    private static string? Untold(OrderEntry order, NotifiedEvent[] events)
    {
        if (events.Length == 0) return $"{order.Status}, but the customer was told nothing";
        string[] channels = order.Completed ? ["EMAIL", "SMS"] : ["EMAIL"];
        return events.Any(told => channels.All(told.Channels.Contains)) ? null : $"{order.Status}, but told by {string.Join(", ", events[0].Channels)} only";
    }

    private static AuditCheck Known(ReconciliationFeeds ledgers)
    {
        var unknown = UnknownOrders(ledgers).ToHashSet();
        AuditViolation[] strangers =
        [
            .. Strangers(ledgers.Reservations, "a reservation"), .. Strangers(ledgers.Payments, "a payment"),
            .. Strangers(ledgers.Notifications, "a notification"),
        ];
        var entries = ledgers.Reservations.Count + ledgers.Payments.Count + ledgers.Notifications.Count;
        return Of("orders-are-known", "Reservations, payments and notifications are of orders that exist.", $"{entries:N0} entries", strangers);

        IEnumerable<AuditViolation> Strangers(IEnumerable<IReconciliationEntry> entries, string what) =>
            from entry in entries
            where unknown.Contains(entry.OrderId)
            select new AuditViolation($"{entry.OrderId}", $"there is {what} of this order, but no order");
    }

    // A payment of an open order is on its way to be one of a completed order, or to be refunded.
    private static AuditCheck Money(ReconciliationFeeds ledgers, OrderEntry[] completed)
    {
        var open = ledgers.Orders.Where(order => !order.Ended).Select(order => order.OrderId).Concat(ledgers.LaterOrders).ToHashSet();
        PaymentEntry[] payments = [.. ledgers.Payments.Where(payment => !open.Contains(payment.OrderId))];
        var kept = payments.Sum(payment => payment.Kept);
        var earned = completed.Sum(order => order.TotalAmount) - payments.Sum(payment => payment.ManualRefund);
        return Of(
            "money-adds-up", "What was charged less what was refunded is the total of completed orders less what was refunded by hand.",
            $"{payments.Length:N0} payments", kept == earned ? [] : [new AuditViolation("all", $"{kept} is kept, but {earned} was earned")]);
    }

    private static string[] States(IEnumerable<ReservationEntry> reservations) => [.. reservations.Select(reservation => reservation.Status)];

    private static string? Unless(bool fine, OrderEntry order, IEnumerable<ReservationEntry> reservations) =>
        fine ? null : $"{order.Status}, but the reservation is {string.Join(" and ", States(reservations).DefaultIfEmpty("missing"))}";

    private static AuditCheck Each(string name, string description, OrderEntry[] orders, string what, Func<OrderEntry, string?> mistake) => Of(
        name, description, $"{orders.Length:N0} {what}",
        [.. from order in orders let wrong = mistake(order) where wrong is not null select new AuditViolation($"{order.OrderId}", wrong)]);

    private static AuditCheck Of(string name, string description, string compared, AuditViolation[] violations) =>
        new(AuditCheck.AcrossModules, name, description, compared, violations.Length, violations);
}
