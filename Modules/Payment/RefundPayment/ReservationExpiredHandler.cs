using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Persistence;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>The order was not paid in time: a late charge is refunded, and the order is not charged any more.</summary>
public sealed class ReservationExpiredHandler(GroupCommit<CancelledOrder, bool> payments, RefundWorker refunds)
    : IConsumer<ReservationExpiredEvent>
{
    public async Task HandleAsync(ReservationExpiredEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var refunded = await payments.ExecuteAsync(CancelledOrder.From(message, message.CustomerId, message.ReasonCode), ct);
        Failpoint.Hit("payment-after-commit");
        if (refunded) refunds.Wake();
    }
}
