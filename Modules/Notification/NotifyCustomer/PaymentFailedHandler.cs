using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Notifications.NotifyCustomer;

/// <summary>The charge was declined.</summary>
[StickyHandler(Queue)]
public sealed class PaymentFailedHandler(Notifier notifier)
{
    public const string Queue = "payment-failed-queue";

    public Task Handle(PaymentFailedEvent message, CancellationToken ct) => notifier.SendAsync(Letter.For(message), ct);
}
