using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Inventory.ChangeReservations;
using Fulfillment.Messaging;
using Fulfillment.Persistence;

namespace Fulfillment.Inventory.CommitStock;

/// <summary>An order is paid: its reserved stock is committed. Nothing is published when the reservation has already ended.</summary>
public sealed class PaymentCompletedHandler(GroupCommit<ReservationChange, ReservedStock?> reservations, EventPublisher events)
    : IConsumer<PaymentCompletedEvent>
{
    public async Task HandleAsync(PaymentCompletedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var sold = await reservations.ExecuteAsync(
            ReservationChange.By(message, message.CustomerId, ReservationTransition.Commit, null), ct);
        Failpoint.Hit("inventory-after-commit");
        if (sold is null or { ProductIds.Length: 0 }) return;
        var committed = new InventoryCommittedEvent(message.OrderId, message.CustomerId);
        await events.PublishAsync(
            committed.WithCausation(message, DeterministicGuid.From(message.EventId, committed.EventType), sold.At), ct);
    }
}
