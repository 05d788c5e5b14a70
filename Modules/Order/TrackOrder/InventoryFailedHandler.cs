using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>Stock could not be reserved: the order has failed.</summary>
[StickyHandler(Queue)]
public sealed class InventoryFailedHandler(OrderTracker orders)
{
    public const string Queue = "order-inventory-failed-queue";

    public Task Handle(InventoryFailedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.MoveAsync(message, OrderStatus.Failed, message.ReasonCode ?? "OUT_OF_STOCK", message.Reason, ct);
    }
}
