using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Persistence;

namespace Fulfillment.Order.UpdateOrderStatus;

/// <summary>
/// Applies the events of the other modules to their orders. The history records an event whether or not it changes the status.
/// </summary>
public sealed class OrderEventConsumer(GroupCommit<StatusChange, DateTimeOffset?> orders, OrderMetrics metrics, TimeProvider time) :
    IConsumer<InventoryReservedEvent>, IConsumer<PaymentCompletedEvent>, IConsumer<InventoryCommittedEvent>,
    IConsumer<InventoryFailedEvent>, IConsumer<PaymentFailedEvent>, IConsumer<ReservationExpiredEvent>,
    IConsumer<InventoryReleasedEvent>, IConsumer<PaymentRefundedEvent>
{
    // Happy path

    public Task HandleAsync(InventoryReservedEvent message, CancellationToken ct) =>
        ApplyAsync(message, OrderStatus.Confirmed, null, $"{message?.Items.Count} item(s) reserved", ct);

    public Task HandleAsync(PaymentCompletedEvent message, CancellationToken ct) =>
        ApplyAsync(
            message, OrderStatus.Confirmed, null,
            FormattableString.Invariant($"{message?.Amount:0.00} charged ({message?.TransactionId})"), ct);

    public Task HandleAsync(InventoryCommittedEvent message, CancellationToken ct) =>
        ApplyAsync(message, OrderStatus.Completed, null, "Stock sold", ct);

    // Failure

    public Task HandleAsync(InventoryFailedEvent message, CancellationToken ct) =>
        ApplyAsync(message, OrderStatus.Failed, message?.ReasonCode ?? "OUT_OF_STOCK", message?.Reason, ct);

    public Task HandleAsync(PaymentFailedEvent message, CancellationToken ct) =>
        ApplyAsync(message, OrderStatus.Failed, "PAYMENT_DECLINED", message?.Reason, ct);

    public Task HandleAsync(ReservationExpiredEvent message, CancellationToken ct) =>
        ApplyAsync(message, OrderStatus.Cancelled, message?.ReasonCode, "Not paid in time; the stock was given back", ct);

    // Compensation, which leaves the status as it is

    public Task HandleAsync(InventoryReleasedEvent message, CancellationToken ct) =>
        ApplyAsync(message, OrderStatus.Pending, null, "Stock given back", ct);

    public Task HandleAsync(PaymentRefundedEvent message, CancellationToken ct) =>
        ApplyAsync(message, OrderStatus.Pending, null, FormattableString.Invariant($"{message?.Amount:0.00} refunded"), ct);

    // An order that is past the target keeps its status; PENDING is the first status.
    private async Task ApplyAsync(OrderEvent message, OrderStatus target, string? reason, string? summary, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        var placed = await orders.ExecuteAsync(
            new StatusChange(message.OrderId, target, reason) { Event = message, Summary = summary }, ct);
        if (placed is { } at) metrics.Reached(target, time.GetUtcNow() - at);
        Failpoint.Hit("order-after-commit");
    }
}
