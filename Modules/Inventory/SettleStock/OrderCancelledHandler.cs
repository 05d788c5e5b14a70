using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>The order was cancelled: its stock goes back, even when it was sold a moment ago.</summary>
[StickyHandler(Queue)]
public sealed class OrderCancelledHandler(StockSettler stock)
{
    public const string Queue = "inventory-order-cancelled-queue";

    public Task Handle(OrderCancelledEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return stock.SettleAsync(message, message.CustomerId, SettlementKind.Cancel, message.ReasonCode, ct);
    }
}
