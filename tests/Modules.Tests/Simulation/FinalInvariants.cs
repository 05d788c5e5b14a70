using System.Text.Json;
using Fulfillment.Inventory;
using Fulfillment.Cli.Audit;
using Fulfillment.Order;
using Fulfillment.Payment;

namespace Modules.Tests.Simulation;

/// <summary>What must be true when nothing is on its way any more.</summary>
internal static class FinalInvariants
{
    /// <exception cref="BrokenRuleException">Something is not.</exception>
    public static void Check(SystemModel model)
    {
        foreach (var (order, row) in model.Orders)
        {
            Must(row.Status.IsTerminal(), $"order {order} never ends: it is {row.Status}");
        }

        foreach (var told in model.Told.Select(told => told.Event).Distinct().CountBy(told => (told.Order, told.Type)))
            Must(told.Value == 1, $"the customer of order {told.Key.Order} was told of {told.Value} different {told.Key.Type}");

        foreach (var (order, payment) in model.Payments)
        {
            var kept = payment.Status == PaymentStatus.Completed;
            Must(
                model.Charged.Contains(order) == kept,
                $"the payment of order {order} is {payment.Status}, but the gateway {(kept ? "has no" : "has the")} money");
            Must(payment.Status != PaymentStatus.Pending && !payment.RefundOpen, $"the payment of order {order} never ends");
        }

        foreach (var product in model.Stock)
        {
            Must(
                product.Value.Reserved == Pieces(model, product.Key, ReservationStatus.Active),
                $"{product} does not hold what is reserved");
            Must(
                product.Value.Sold == Pieces(model, product.Key, ReservationStatus.Committed), $"{product} did not sell what is committed");
        }

        foreach (var check in AuditJoin.Check(ReconciliationFeeds(model)))
            Must(
                check.Violations == 0,
                $"{check.Name}: {string.Join("; ", check.Examples.Select(example => $"order {example.Key}: {example.What}"))}");
    }

    private static int Pieces(SystemModel model, string product, ReservationStatus status) =>
        model.Reservations.Values.Where(held => held.Status == status)
            .SelectMany(held => held.ProductIds.Zip(held.Quantities)).Where(line => line.First == product).Sum(line => line.Second);

    private static ReconciliationFeeds ReconciliationFeeds(SystemModel model) => new(
        [.. model.Orders.Select(
            order => new OrderEntry(order.Key, "C", Name(order.Value.Status), order.Value.Reason, model.OrderRequests[order.Key].Total))],
        [.. model.Reservations.Select(held => new ReservationEntry(held.Key, Name(held.Value.Status), held.Value.ReasonCode))],
        [.. model.Payments.Select(payment => new PaymentEntry(
            payment.Key, Name(payment.Value.Status), payment.Value.Amount, payment.Value.RefundedAmount,
            payment.Value.CancelReason, 0))],
        [.. model.Told.GroupBy(told => told.Event.Order).Select(order => new NotificationEntry(
            order.Key,
            [.. order.GroupBy(told => told.Event.Id, told => Name(told.Channel)).Select(told => new NotifiedEvent(told.Key, [.. told]))]))],
        new HashSet<long>());

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());

    private static void Must(bool holds, string sentence)
    {
        if (!holds) throw new BrokenRuleException(sentence);
    }
}
