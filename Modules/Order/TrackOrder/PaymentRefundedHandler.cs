using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>The customer has money back.</summary>
[StickyHandler(Queue)]
public sealed class PaymentRefundedHandler(OrderTracker orders)
{
    public const string Queue = "order-payment-refunded-queue";

    public Task Handle(PaymentRefundedEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.RecordAsync(message, FormattableString.Invariant($"{message.Amount:0.00} refunded"), ct);
    }
}
