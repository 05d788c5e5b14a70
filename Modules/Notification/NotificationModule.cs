using Fulfillment.BuildingBlocks;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Operations;
using Fulfillment.BuildingBlocks.Operations.Figures;
using Fulfillment.BuildingBlocks.Operations.Invariants;
using Fulfillment.BuildingBlocks.Operations.Retention;
using Fulfillment.BuildingBlocks.Persistence;
using Fulfillment.Contracts;
using Fulfillment.Notifications.Audit;
using Fulfillment.Notifications.NotifyCustomer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Notifications;

/// <summary>Tells customers how their orders ended.</summary>
public sealed class NotificationModule : Module
{
    public override string Name => "Notification";

    public override string ApiPrefix => "/api/notifications";

    public override IReadOnlyList<Subscription> Subscriptions { get; } =
    [
        Subscription.To<PaymentCompletedEvent, PaymentCompletedHandler>(PaymentCompletedHandler.Queue),
        Subscription.To<PaymentFailedEvent, PaymentFailedHandler>(PaymentFailedHandler.Queue),
        Subscription.To<InventoryFailedEvent, InventoryFailedHandler>(InventoryFailedHandler.Queue),
        Subscription.To<OrderCancelledEvent, OrderCancelledHandler>(OrderCancelledHandler.Queue),
        Subscription.To<ReservationExpiredEvent, ReservationExpiredHandler>(ReservationExpiredHandler.Queue),
        Subscription.To<PaymentRefundedEvent, PaymentRefundedHandler>(PaymentRefundedHandler.Queue),
    ];

    public override void Register(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModuleDatabase<NotificationDbContext>(Name);
        builder.AddOperations<NotificationDbContext>();
        builder.AddFigures<NotificationDbContext>(Figure.DeadLetters);
        builder.AddRetention<NotificationDbContext>(RetentionRule.ReplayedDeadLetters, NotificationRetention.EndedOrders);
        builder.AddInvariants<NotificationDbContext>(NotificationInvariants.All);
        builder.Services.AddSingleton<NotificationWriter>();
        builder.Services.AddSingleton<Notifier>();
    }
}
