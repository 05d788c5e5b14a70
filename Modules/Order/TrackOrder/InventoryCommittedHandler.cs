using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>The order is paid and its stock is sold: it is complete.</summary>
[StickyHandler(Queue)]
public sealed class InventoryCommittedHandler(OrderTracker orders)
{
    public const string Queue = "order-inventory-committed-queue";

    public Task Handle(InventoryCommittedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.MoveAsync(message, OrderStatus.Completed, reason: null, "Stock sold", ct);
    }
}
