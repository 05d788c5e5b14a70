using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Persistence;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>The order was cancelled: its charge is refunded, and it is not charged any more.</summary>
public sealed class OrderCancelledHandler(GroupCommit<CancelledOrder, bool> payments, RefundWorker refunds) : IConsumer<OrderCancelledEvent>
{
    public async Task HandleAsync(OrderCancelledEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var refunded = await payments.ExecuteAsync(CancelledOrder.From(message, message.CustomerId, message.ReasonCode), ct);
        Failpoint.Hit("payment-after-commit");
        if (refunded) refunds.Wake();
    }
}
