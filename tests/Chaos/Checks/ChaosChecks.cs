using System.Globalization;
using Fulfillment.Chaos.Customers;
using Fulfillment.Cli.Audit;

namespace Fulfillment.Chaos.Checks;

/// <summary>
/// Invariants that hold after any faults: no order is lost, none is doubled, and no work is left over. Compares the responses that the load
/// generator got with a database snapshot. It decides and reads nothing else.
/// </summary>
internal static class ChaosChecks
{
    /// <summary>A sentence for each violation.</summary>
    public static IReadOnlyList<string> Find(
        IEnumerable<Placement> history, DatabaseSnapshot snapshot, IReadOnlyDictionary<string, int> stocked) =>
    [
        .. History(history, snapshot), .. Ends(snapshot), .. AcrossModules(snapshot), .. Stock(snapshot, stocked),
        .. Notifications(snapshot), .. DeadLetters(snapshot), .. LeftOver(snapshot),
    ];

    /// <summary>
    /// Responses agree with the stored orders: an accepted order is stored once, a refused one never, one without a response at most once.
    /// </summary>
    private static IEnumerable<string> History(IEnumerable<Placement> history, DatabaseSnapshot snapshot)
    {
        var stored = snapshot.Orders.ToLookup(order => order.CustomerId);
        foreach (var placement in history)
        {
            var (request, orders) = (placement.OrderRequest, stored[placement.OrderRequest.CustomerId].ToList());
            var found = orders.Count == 0 ? "there is no such order" : string.Join(" and ", orders);
            if (placement.OrderIds.Count > 1)
            {
                yield return $"{request.CustomerId} was given several numbers for one key: "
                    + $"{string.Join(", ", placement.OrderIds)}; {found}";
            }

            if (placement.Outcome == Outcome.Ok && request.IsInvalid)
                yield return $"{request.CustomerId} had an order accepted that is none; {found}";
            if (placement.Outcome == Outcome.Refused && !request.IsInvalid)
                yield return $"{request.CustomerId} was refused a good order: {placement.Refusal}; {found}";
            if (placement.Outcome == Outcome.Ok && (orders.Count != 1 || !placement.OrderIds.Contains(orders[0].OrderId)))
                yield return $"{request.CustomerId} was promised order {string.Join(", ", placement.OrderIds)}; {found}";
            if (placement.Outcome == Outcome.Refused && orders.Count > 0) yield return $"{request.CustomerId} was refused; {found}";
            if (placement.Outcome == Outcome.Unavailable && orders.Count > 0)
                yield return $"{request.CustomerId} was told that nothing was done; {found}";
            if (placement.Outcome == Outcome.Info && orders.Count > 1)
                yield return $"{request.CustomerId} posted once, without an answer; {found}";
            var total = request.Items.Sum(line => line.Quantity * line.Price);
            foreach (var order in orders.Where(order => order.Lines != Lines(request) || order.Total != total))
                yield return $"{order} has {order.Lines} for {order.Total}, but {Lines(request)} was posted";
            if (placement.Cancel == CancelOutcome.Unavailable && orders is [{ Status: OrderFact.Cancelled, Reason: "CUSTOMER_REQUESTED" }])
                yield return $"{request.CustomerId} was told that nothing was cancelled; {found}";
            if (placement.Cancel == CancelOutcome.Cancelled && orders is [{ Status: not OrderFact.Cancelled }])
                yield return $"{request.CustomerId} was told that the order is cancelled; {found}";
        }
    }

    /// <summary>Every order has ended, is charged once at most, and is refunded at most its charge.</summary>
    private static IEnumerable<string> Ends(DatabaseSnapshot snapshot)
    {
        var payments = snapshot.Payments.ToLookup(payment => payment.OrderId);
        foreach (var order in snapshot.Orders)
        {
            var paid = payments[order.OrderId].ToList();
            var state = $"{order}; it has {(paid.Count == 0 ? "no payment" : string.Join(" and ", paid))}";
            if (!order.IsTerminal) yield return $"not ended: {state}";
            if (paid.Count > 1 || paid.Sum(payment => payment.Charges) > 1) yield return $"charged twice: {state}";
            if (paid.Any(payment => payment.Refunded > payment.Amount)) yield return $"refunded more than was paid: {state}";
        }
    }

    /// <summary>The modules agree on the ends of the orders.</summary>
    private static IEnumerable<string> AcrossModules(DatabaseSnapshot snapshot) =>
        from check in AuditJoin.Check(snapshot.Feeds())
        from violation in check.Examples
        select $"{check.Name}: {violation.Key}: {violation.What}";

    /// <summary>Every piece of stock is accounted for, and completed orders have bought all sold pieces.</summary>
    private static IEnumerable<string> Stock(DatabaseSnapshot snapshot, IReadOnlyDictionary<string, int> stocked)
    {
        var held = new Dictionary<(string Product, string Status), long>();
        foreach (var reservation in snapshot.Reservations)
        {
            foreach (var (product, quantity) in reservation.Products.Zip(reservation.Quantities))
                held[(product, reservation.Status)] = held.GetValueOrDefault((product, reservation.Status)) + quantity;
        }

        var bought = snapshot.Orders.Where(order => order.Status == OrderFact.Completed)
            .SelectMany(order => order.Lines.Split(", ")).Select(line => line.Split(' '))
            .GroupBy(line => line[0])
            .ToDictionary(lines => lines.Key, lines => lines.Sum(line => long.Parse(line[1], CultureInfo.InvariantCulture)));
        foreach (var stock in snapshot.Stock)
        {
            var active = held.GetValueOrDefault((stock.ProductId, ReservationFact.Active));
            var committed = held.GetValueOrDefault((stock.ProductId, ReservationFact.Committed));
            var has = $"{stock.ProductId}: {stock.Available} available, {stock.Reserved} reserved, "
                + $"{stock.Sold} sold of {stock.Received} received";
            if (stock.Available + stock.Reserved + stock.Sold != stock.Received || stock.Available < 0)
                yield return $"stock not conserved: {has}";
            if (stocked.TryGetValue(stock.ProductId, out var first) && first != stock.Received)
                yield return $"{first} were put on the shelf: {has}";
            if (stock.Reserved != active) yield return $"active reservations hold {active}: {has}";
            if (stock.Reserved != 0) yield return $"still held at the end: {has}";
            if (stock.Sold != committed) yield return $"committed reservations hold {committed}: {has}";
            if (stock.Sold != bought.GetValueOrDefault(stock.ProductId))
                yield return $"completed orders bought {bought.GetValueOrDefault(stock.ProductId)}: {has}";
        }

        foreach (var product in stocked.Keys.Except(snapshot.Stock.Select(stock => stock.ProductId))) yield return $"{product} is gone";
    }

    /// <summary>Each event has one notification per channel, and the end of every order has a notification.</summary>
    private static IEnumerable<string> Notifications(DatabaseSnapshot snapshot)
    {
        foreach (var notification in snapshot.Notifications.Where(notification => notification.Times > 1))
        {
            yield return $"order {notification.OrderId} was told {notification.Times} times "
                + $"of event {notification.EventId} on channel {notification.Channel}";
        }

        var notified = snapshot.Notifications.ToLookup(notification => notification.OrderId);
        var expired = snapshot.Reservations.Where(reservation => reservation.Status == ReservationFact.Expired)
            .Select(reservation => reservation.OrderId).ToHashSet();
        foreach (var order in snapshot.Orders.Where(order => order.IsTerminal))
        {
            var emails = notified[order.OrderId].Count(notification => notification.Channel == NotificationFact.Email);
            var sms = notified[order.OrderId].Count(notification => notification.Channel == NotificationFact.Sms);
            var expected = order.Status switch
            {
                OrderFact.Completed => emails == 1 && sms == 1,
                // A payment that was declined when the reservation expired has both notifications.
                OrderFact.Failed => emails == (expired.Contains(order.OrderId) ? 2 : 1) && sms == 0,
                _ => emails >= 1,
            };
            if (!expected) yield return $"{order}; its customer has had {emails} e-mail(s) and {sms} text message(s)";
        }
    }

    /// <summary>The dead letters are exactly the injected poison messages.</summary>
    private static IEnumerable<string> DeadLetters(DatabaseSnapshot snapshot)
    {
        var aside = snapshot.DeadLetters.Select(deadLetter => deadLetter.MessageId).ToHashSet();
        foreach (var (id, poison) in snapshot.Poison.Where(poison => !aside.Contains(poison.Key)))
            yield return $"poison '{poison.What}' ({id}) was put into {poison.Queue} and is in no dead-letter queue";
        var unexpected = snapshot.DeadLetters.Where(
            deadLetter => deadLetter.MessageId is null || !snapshot.Poison.ContainsKey(deadLetter.MessageId));
        foreach (var deadLetter in unexpected)
            yield return $"an innocent message was put aside by {deadLetter.Module}: {deadLetter.MessageId} {deadLetter.Text}";
    }

    private static IEnumerable<string> LeftOver(DatabaseSnapshot snapshot) =>
        snapshot.LeftOver.Where(left => left.Value != 0).Select(left => $"left over: {left.Value} in {left.Key}");

    private static string Lines(OrderRequest request) =>
        string.Join(", ", request.Items.OrderBy(line => line.ProductId, StringComparer.Ordinal).Select(line =>
            string.Create(CultureInfo.InvariantCulture, $"{line.ProductId} {line.Quantity} {line.Price:0.00}")));
}
