using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>Stock is reserved: the order is confirmed.</summary>
[StickyHandler(Queue)]
public sealed class InventoryReservedHandler(StatusWriter orders)
{
    public const string Queue = "order-inventory-reserved-queue";

    public Task Handle(InventoryReservedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.ExecuteAsync(new StatusChange(message.OrderId, OrderStatus.Confirmed), ct);
    }
}
