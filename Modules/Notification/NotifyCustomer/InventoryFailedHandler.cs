using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Fulfillment.Notifications.NotifyCustomer;

/// <summary>The stock was not there.</summary>
[StickyHandler(Queue)]
public sealed class InventoryFailedHandler(Notifier notifier)
{
    public const string Queue = "inventory-failed-queue";

    public Task Handle(InventoryFailedEvent message, CancellationToken ct) => notifier.SendAsync(Letter.For(message), ct);
}
