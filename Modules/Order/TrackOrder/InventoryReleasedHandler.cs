using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>The stock of an order that has ended without success is back.</summary>
[StickyHandler(Queue)]
public sealed class InventoryReleasedHandler(OrderTracker orders)
{
    public const string Queue = "order-inventory-released-queue";

    public Task Handle(InventoryReleasedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.RecordAsync(message, "Stock given back", ct);
    }
}
