using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>Nobody paid in time: the order is cancelled.</summary>
[StickyHandler(Queue)]
public sealed class ReservationExpiredHandler(OrderTracker orders)
{
    public const string Queue = "order-reservation-expired-queue";

    public Task Handle(ReservationExpiredEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        return orders.MoveAsync(message, OrderStatus.Cancelled, message.ReasonCode, "Not paid in time; the stock was given back", ct);
    }
}
