using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Persistence;

namespace Fulfillment.Inventory.ReserveStock;

/// <summary>An order was placed: reserves all of its items or none, and publishes the result.</summary>
public sealed class OrderCreatedHandler(GroupCommit<OrderCreatedEvent, ReservationAnswer> reservations, EventPublisher events)
    : IConsumer<OrderCreatedEvent>
{
    public async Task HandleAsync(OrderCreatedEvent order, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Items.Count == 0 || order.Items.Any(line => line is null || line.Quantity <= 0 || line.Price < 0))
            throw new InvalidMessageException($"Order {order.OrderId} has no items, or one with a quantity or price that cannot be.");

        var answer = await reservations.ExecuteAsync(order, ct);
        Failpoint.Hit("inventory-after-commit");
        if (answer.CancelledBeforeReservation) return;
        await (answer.Failure is { } failure
            ? events.PublishAsync(Failed(order, failure).WithCausation(order, answer.EventId, answer.At), ct)
            : events.PublishAsync(Reserved(order).WithCausation(order, answer.EventId, answer.At), ct));
    }

    internal static InventoryReservedEvent Reserved(OrderCreatedEvent order) =>
        new(order.OrderId, order.CustomerId, order.Items, order.TotalAmount);

    internal static InventoryFailedEvent Failed(OrderCreatedEvent order, ReservationFailure failure)
    {
        var reason = failure.ReasonCode == ReservationDecision.UnknownProduct
            ? $"Product {failure.ProductId} is unknown"
            : $"Not enough stock of product {failure.ProductId}";
        return new InventoryFailedEvent(order.OrderId, order.CustomerId, reason, failure.ProductId, failure.ReasonCode);
    }
}
