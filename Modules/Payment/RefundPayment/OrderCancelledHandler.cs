using Fulfillment.BuildingBlocks;
using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Payments.RefundPayment;

/// <summary>The order was cancelled: what was charged for it goes back, and nothing is charged any more.</summary>
[StickyHandler(Queue)]
public sealed class OrderCancelledHandler(EndWriter payments, RefundWorker refunds)
{
    public const string Queue = "payment-order-cancelled-queue";

    public async Task Handle(OrderCancelledEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var refunded = await payments.ExecuteAsync(EndedOrder.From(message, message.CustomerId, message.ReasonCode), ct);
        Failpoint.Hit("payment-after-commit");
        if (refunded) refunds.Wake();
    }
}
