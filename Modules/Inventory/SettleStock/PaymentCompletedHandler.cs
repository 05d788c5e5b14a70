using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>The order was paid: its stock is sold.</summary>
[StickyHandler(Queue)]
public sealed class PaymentCompletedHandler(SettlementWriter reservations)
{
    public const string Queue = "inventory-payment-completed-queue";

    public Task Handle(PaymentCompletedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return reservations.ExecuteAsync(new Settlement(message.OrderId, ReservationStatus.Committed), ct);
    }
}
