using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Notifications.NotifyCustomer;

/// <summary>Nobody paid in time.</summary>
[StickyHandler(Queue)]
public sealed class ReservationExpiredHandler(Notifier notifier)
{
    public const string Queue = "notification-reservation-expired-queue";

    public Task Handle(ReservationExpiredEvent message, CancellationToken ct) => notifier.SendAsync(Letter.For(message), ct);
}
