using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Notifications.NotifyCustomer;

/// <summary>Money goes back to the customer.</summary>
[StickyHandler(Queue)]
public sealed class PaymentRefundedHandler(Notifier notifier)
{
    public const string Queue = "notification-payment-refunded-queue";

    public Task Handle(PaymentRefundedEvent message, CancellationToken ct) => notifier.SendAsync(Letter.For(message), ct);
}
