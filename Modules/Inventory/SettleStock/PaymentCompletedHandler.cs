using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>The order was paid: its stock is sold, unless the reservation has expired or the order was cancelled.</summary>
[StickyHandler(Queue)]
public sealed class PaymentCompletedHandler(StockSettler stock)
{
    public const string Queue = "inventory-payment-completed-queue";

    public Task Handle(PaymentCompletedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return stock.SettleAsync(message, message.CustomerId, SettlementKind.Sell, reasonCode: null, ct);
    }
}
