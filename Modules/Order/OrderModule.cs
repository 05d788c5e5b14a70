using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Hosting;
using Fulfillment.Messaging;
using Fulfillment.Operations;
using Fulfillment.Operations.DeadLetters;
using Fulfillment.Operations.Gauges;
using Fulfillment.Operations.Retention;
using Fulfillment.Order.Audit;
using Fulfillment.Order.CountOrders;
using Fulfillment.Order.FollowOrder;
using Fulfillment.Order.PlaceOrder;
using Fulfillment.Order.UpdateOrderStatus;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Order;

/// <summary>Accepts and cancels orders, publishes their events, and tracks their status.</summary>
public sealed class OrderModule : Module
{
    public override string Name => "Order";

    public override string ApiPrefix => "/api/orders";

    public override IReadOnlyList<Subscription> Subscriptions { get; } =
    [
        // Happy path
        Subscription.To<InventoryReservedEvent, OrderEventConsumer>("order-inventory-reserved-queue"),
        Subscription.To<PaymentCompletedEvent, OrderEventConsumer>("order-payment-completed-queue"),
        Subscription.To<InventoryCommittedEvent, OrderEventConsumer>("order-inventory-committed-queue"),
        // Failure
        Subscription.To<InventoryFailedEvent, OrderEventConsumer>("order-inventory-failed-queue"),
        Subscription.To<PaymentFailedEvent, OrderEventConsumer>("order-payment-failed-queue"),
        Subscription.To<ReservationExpiredEvent, OrderEventConsumer>("order-reservation-expired-queue"),
        // Compensation
        Subscription.To<InventoryReleasedEvent, OrderEventConsumer>("order-inventory-released-queue"),
        Subscription.To<PaymentRefundedEvent, OrderEventConsumer>("order-payment-refunded-queue"),
    ];

    public override IReadOnlyList<ErrorExplanation> Errors => OrderErrors.All;

    public override bool WatchesEvents => true;

    public override void Register(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModuleDatabase<OrderDbContext>(Name, typeof(OrderStatus), typeof(DeadLetterStatus));
        builder.AddOperations<OrderDbContext>(
            gauges: [DatabaseGauge.OutboxPending],
            retention: [RetentionRule.IdempotencyKeys, OrderRetention.Orders],
            invariants: OrderInvariants.All);
        builder.Services.AddInstruments<OrderMetrics>();
        // A client waits for an order to be stored, so that fails soon when the database is unavailable.
        builder.Services.AddGroupCommit<OrderDbContext, OrderWriter, NewOrder, PlacedOrder>(
            new BatchLimits { Timeout = TimeSpan.FromSeconds(4) });
        builder.Services.AddGroupCommit<OrderDbContext, StatusWriter, StatusChange, DateTimeOffset?>(
            new BatchLimits { MaxBatch = 1_000 });
        builder.Services.AddSingleton<Timeline>();
        builder.Services.AddSingleton<OrderStatistics>();
        builder.Services.AddWarmUp<OrderStatistics>();
        builder.Services.AddHostedService<OrderCounter>();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<LiveEventFeed>(services, Name));
        builder.Services.AddPollingWorker<OutboxRelay<OrderDbContext>>();
    }
}
