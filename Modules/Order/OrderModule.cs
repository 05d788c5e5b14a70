using Fulfillment.BuildingBlocks;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Observability;
using Fulfillment.BuildingBlocks.Operations;
using Fulfillment.BuildingBlocks.Operations.Figures;
using Fulfillment.BuildingBlocks.Operations.Invariants;
using Fulfillment.BuildingBlocks.Operations.Retention;
using Fulfillment.BuildingBlocks.Persistence;
using Fulfillment.BuildingBlocks.Web;
using Fulfillment.Contracts;
using Fulfillment.Orders.Audit;
using Fulfillment.Orders.CountOrders;
using Fulfillment.Orders.FollowOrder;
using Fulfillment.Orders.PlaceOrder;
using Fulfillment.Orders.UpdateOrderStatus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Orders;

/// <summary>Accepts and cancels orders, announces them, and follows what becomes of them.</summary>
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
        builder.AddModuleDatabase<OrderDbContext>(Name);
        builder.AddOperations<OrderDbContext>();
        builder.AddFigures<OrderDbContext>(Figure.DeadLetters, Figure.OutboxPending);
        builder.AddRetention<OrderDbContext>(RetentionRule.ReplayedDeadLetters, OrderRetention.EndedOrders);
        builder.AddInvariants<OrderDbContext>(OrderInvariants.All);
        builder.Services.AddInstruments<OrderMetrics>();
        builder.Services.AddSingleton<OrderWriter>();
        builder.Services.AddWarmUp<OrderWriter>();
        builder.Services.AddSingleton<StatusWriter>();
        builder.Services.AddSingleton<Timeline>();
        builder.Services.AddSingleton<OrderStatistics>();
        builder.Services.AddHostedService<OrderCounter>();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<EventWatch>(services, Name));
        builder.Services.AddOutboxRelay<OrderDbContext>();
        builder.Services.AddHostedService<IdempotencySweeper<OrderDbContext>>();
    }
}
