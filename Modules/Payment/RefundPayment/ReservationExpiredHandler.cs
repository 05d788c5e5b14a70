using Fulfillment.BuildingBlocks;
using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Payments.RefundPayment;

/// <summary>Nobody paid in time: a charge that comes through after all goes back, and nothing is charged any more.</summary>
[StickyHandler(Queue)]
public sealed class ReservationExpiredHandler(EndWriter payments, RefundWorker refunds)
{
    public const string Queue = "payment-reservation-expired-queue";

    public async Task Handle(ReservationExpiredEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var refunded = await payments.ExecuteAsync(EndedOrder.From(message, message.CustomerId, message.ReasonCode), ct);
        Failpoint.Hit("payment-after-commit");
        if (refunded) refunds.Wake();
    }
}
