using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>Stock is reserved: the order is confirmed.</summary>
[StickyHandler(Queue)]
public sealed class InventoryReservedHandler(OrderTracker orders)
{
    public const string Queue = "order-inventory-reserved-queue";

    public Task Handle(InventoryReservedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.MoveAsync(message, OrderStatus.Confirmed, reason: null, $"{message.Items.Count} item(s) reserved", ct);
    }
}
