using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>The customer has paid: the order is complete.</summary>
[StickyHandler(Queue)]
public sealed class PaymentCompletedHandler(StatusWriter orders)
{
    public const string Queue = "order-payment-completed-queue";

    public Task Handle(PaymentCompletedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.ExecuteAsync(new StatusChange(message.OrderId, OrderStatus.Completed), ct);
    }
}
