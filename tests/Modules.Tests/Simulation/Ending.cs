using System.Text.Json;
using Fulfillment.Inventory;
using Fulfillment.Load.Audit;
using Fulfillment.Order;
using Fulfillment.Payment;

namespace Modules.Tests.Simulation;

/// <summary>What must be true when nothing is on its way any more.</summary>
internal static class Ending
{
    /// <exception cref="BrokenRuleException">Something is not.</exception>
    public static void Check(Shop shop)
    {
        foreach (var (order, row) in shop.Orders)
        {
            Must(row.Status.IsTerminal(), $"order {order} never ends: it is {row.Status}");
        }

        foreach (var told in shop.Told.Select(told => told.Event).Distinct().CountBy(told => (told.Order, told.Type)))
            Must(told.Value == 1, $"the customer of order {told.Key.Order} was told of {told.Value} different {told.Key.Type}");

        foreach (var (order, payment) in shop.Payments)
        {
            var kept = payment.Status == PaymentStatus.Completed;
            Must(shop.Charged.Contains(order) == kept, $"the payment of order {order} is {payment.Status}, but the gateway {(kept ? "has no" : "has the")} money");
            Must(payment.Status != PaymentStatus.Pending && !payment.RefundOpen, $"the payment of order {order} never ends");
        }

        foreach (var product in shop.Stock)
        {
            Must(product.Value.Reserved == Pieces(shop, product.Key, ReservationStatus.Active), $"{product} does not hold what is reserved");
            Must(product.Value.Sold == Pieces(shop, product.Key, ReservationStatus.Committed), $"{product} did not sell what is committed");
        }

        foreach (var check in AuditJoin.Check(ReconciliationFeeds(shop)))
            Must(check.Violations == 0, $"{check.Name}: {string.Join("; ", check.Examples.Select(example => $"order {example.Key}: {example.What}"))}");
    }

    private static int Pieces(Shop shop, string product, ReservationStatus status) => shop.Reservations.Values.Where(held => held.Status == status)
        .SelectMany(held => held.ProductIds.Zip(held.Quantities)).Where(line => line.First == product).Sum(line => line.Second);

    private static ReconciliationFeeds ReconciliationFeeds(Shop shop) => new(
        [.. shop.Orders.Select(order => new OrderEntry(order.Key, "C", Name(order.Value.Status), order.Value.Reason, shop.OrderRequests[order.Key].Total))],
        [.. shop.Reservations.Select(held => new ReservationEntry(held.Key, Name(held.Value.Status), held.Value.ReasonCode))],
        [.. shop.Payments.Select(payment => new PaymentEntry(
            payment.Key, Name(payment.Value.Status), payment.Value.Amount, payment.Value.Refund is null ? 0 : payment.Value.Amount, payment.Value.CancelReason, 0))],
        [.. shop.Told.GroupBy(told => told.Event.Order).Select(order => new NotificationEntry(
            order.Key, [.. order.GroupBy(told => told.Event.Id, told => Name(told.Channel)).Select(told => new NotifiedEvent(told.Key, [.. told]))]))],
        new HashSet<long>());

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());

    private static void Must(bool holds, string sentence)
    {
        if (!holds) throw new BrokenRuleException(sentence);
    }
}
