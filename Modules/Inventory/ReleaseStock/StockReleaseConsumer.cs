using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Inventory.ChangeReservations;
using Fulfillment.Messaging;
using Fulfillment.Persistence;

namespace Fulfillment.Inventory.ReleaseStock;

/// <summary>
/// Releases stock: reserved stock after a declined payment, reserved or committed stock after a cancellation. Nothing is published when
/// there is nothing to release.
/// </summary>
public sealed class StockReleaseConsumer(GroupCommit<ReservationChange, ReservedStock?> reservations, EventPublisher events) :
    IConsumer<PaymentFailedEvent>, IConsumer<OrderCancelledEvent>
{
    public Task HandleAsync(PaymentFailedEvent message, CancellationToken ct) =>
        ReleaseAsync(message, message?.CustomerId, ReservationTransition.Release, "PAYMENT_DECLINED", ct);

    public Task HandleAsync(OrderCancelledEvent message, CancellationToken ct) =>
        ReleaseAsync(message, message?.CustomerId, ReservationTransition.Cancel, message?.ReasonCode, ct);

    private async Task ReleaseAsync(
        OrderEvent message, string? customerId, ReservationTransition transition, string? reasonCode, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var stock = await reservations.ExecuteAsync(ReservationChange.By(message, customerId!, transition, reasonCode), ct);
        Failpoint.Hit("inventory-after-commit");
        if (stock is null or { ProductIds.Length: 0 }) return;
        var released = new InventoryReleasedEvent(message.OrderId, customerId!, stock.Lines(), reasonCode!);
        await events.PublishAsync(
            released.WithCausation(message, DeterministicGuid.From(message.EventId, released.EventType), stock.At), ct);
    }
}
