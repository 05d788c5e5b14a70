using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>The charge was declined: the order has failed, and Inventory gives its stock back.</summary>
[StickyHandler(Queue)]
public sealed class PaymentFailedHandler(OrderTracker orders)
{
    public const string Queue = "order-payment-failed-queue";

    public Task Handle(PaymentFailedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.MoveAsync(message, OrderStatus.Failed, "PAYMENT_DECLINED", message.Reason, ct);
    }
}
