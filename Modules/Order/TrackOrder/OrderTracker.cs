using Fulfillment.BuildingBlocks;
using Fulfillment.Contracts;

namespace Fulfillment.Orders.TrackOrder;

/// <summary>What the handlers of this folder share: an event moves its order, or does not, and is recorded in its history.</summary>
public sealed class OrderTracker(StatusWriter orders, OrderMetrics metrics, TimeProvider time)
{
    /// <summary>Records an event that moves its order to a status, unless it is beyond that already.</summary>
    /// <param name="message">The event.</param>
    /// <param name="target">Status that it leads to.</param>
    /// <param name="reason">Why, when it ends the order without success.</param>
    /// <param name="summary">What it says, for people.</param>
    /// <param name="ct">Gives up waiting.</param>
    public async Task MoveAsync(BaseEvent message, OrderStatus target, string? reason, string? summary, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var placed = await orders.ExecuteAsync(new StatusChange(message.AboutOrder, target, reason) { Event = message, Summary = summary }, ct);
        if (placed is { } at) metrics.Reached(target, time.GetUtcNow() - at);
        Failpoint.Hit("order-after-commit");
    }

    /// <summary>Records an event that leaves the status as it is.</summary>
    public Task RecordAsync(BaseEvent message, string summary, CancellationToken ct) =>
        MoveAsync(message, OrderStatus.Pending, reason: null, summary, ct);
}
