using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>The customer has paid. The order is complete when its stock is sold; a reservation that has expired meanwhile cannot be.</summary>
[StickyHandler(Queue)]
public sealed class PaymentCompletedHandler(OrderTracker orders)
{
    public const string Queue = "order-payment-completed-queue";

    public Task Handle(PaymentCompletedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.MoveAsync(message, OrderStatus.Confirmed, reason: null, FormattableString.Invariant($"{message.Amount:0.00} charged ({message.TransactionId})"), ct);
    }
}
