using Fulfillment.Contracts;
using Fulfillment.Hosting;
using Fulfillment.Messaging;
using Fulfillment.Notification.Audit;
using Fulfillment.Notification.NotifyCustomer;
using Fulfillment.Operations;
using Fulfillment.Operations.DeadLetters;
using Fulfillment.Persistence;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Notification;

/// <summary>Notifies customers of the outcome of their orders.</summary>
public sealed class NotificationModule : Module
{
    public override string Name => "Notification";

    public override string ApiPrefix => "/api/notifications";

    public override IReadOnlyList<Subscription> Subscriptions { get; } =
    [
        Subscription.To<PaymentCompletedEvent, CustomerNotifier>("payment-completed-queue"),
        Subscription.To<PaymentFailedEvent, CustomerNotifier>("payment-failed-queue"),
        Subscription.To<InventoryFailedEvent, CustomerNotifier>("inventory-failed-queue"),
        Subscription.To<OrderCancelledEvent, CustomerNotifier>("notification-order-cancelled-queue"),
        Subscription.To<ReservationExpiredEvent, CustomerNotifier>("notification-reservation-expired-queue"),
        Subscription.To<PaymentRefundedEvent, CustomerNotifier>("notification-payment-refunded-queue"),
    ];

    public override void Register(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModuleDatabase<NotificationDbContext>(Name, typeof(NotificationChannel), typeof(DeadLetterStatus));
        builder.AddOperations<NotificationDbContext>(
            gauges: [], retention: [NotificationRetention.Orders], invariants: NotificationInvariants.All);
        builder.Services.AddGroupCommit<
            NotificationDbContext, NotificationWriter, NotificationContent, IReadOnlyList<NotificationLog>>();
    }
}
