using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Notifications.NotifyCustomer;

/// <summary>The customer has paid.</summary>
[StickyHandler(Queue)]
public sealed class PaymentCompletedHandler(Notifier notifier)
{
    public const string Queue = "payment-completed-queue";

    public Task Handle(PaymentCompletedEvent message, CancellationToken ct) => notifier.SendAsync(Letter.For(message), ct);
}
