using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>The charge was declined: the stock goes back (the compensation of the saga).</summary>
[StickyHandler(Queue)]
public sealed class PaymentFailedHandler(StockSettler stock)
{
    public const string Queue = "inventory-payment-failed-queue";

    public Task Handle(PaymentFailedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return stock.SettleAsync(message, message.CustomerId, SettlementKind.GiveBack, "PAYMENT_DECLINED", ct);
    }
}
