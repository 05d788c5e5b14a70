using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Notifications.NotifyCustomer;

/// <summary>The order was cancelled.</summary>
[StickyHandler(Queue)]
public sealed class OrderCancelledHandler(Notifier notifier)
{
    public const string Queue = "notification-order-cancelled-queue";

    public Task Handle(OrderCancelledEvent message, CancellationToken ct) => notifier.SendAsync(Letter.For(message), ct);
}
