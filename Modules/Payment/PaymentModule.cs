using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Hosting;
using Fulfillment.Messaging;
using Fulfillment.Operations;
using Fulfillment.Operations.DeadLetters;
using Fulfillment.Operations.Gauges;
using Fulfillment.Operations.Retention;
using Fulfillment.Payment.Audit;
using Fulfillment.Payment.ChargePayment;
using Fulfillment.Payment.RefundPayment;
using Fulfillment.Payment.Simulate;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Payment;

/// <summary>Charges customers for reserved stock, and refunds them.</summary>
public sealed class PaymentModule : Module
{
    private static readonly DatabaseGauge FailingRefunds = new(
        "failingRefunds", "fulfillment_refunds_failing", "Refunds whose last attempt failed; they are tried again.",
        "SELECT count(*) FROM refunds WHERE completed_at IS NULL AND last_error IS NOT NULL");

    public override string Name => "Payment";

    public override string ApiPrefix => "/api/payments";

    public override IReadOnlyList<Subscription> Subscriptions { get; } =
    [
        // The happy path
        Subscription.To<InventoryReservedEvent, InventoryReservedHandler>("inventory-reserved-queue"),
        // Orders that end without success
        Subscription.To<OrderCancelledEvent, OrderCancelledHandler>("payment-order-cancelled-queue"),
        Subscription.To<ReservationExpiredEvent, ReservationExpiredHandler>("payment-reservation-expired-queue"),
    ];

    public override IReadOnlyList<ErrorExplanation> Errors => PaymentErrors.All;

    public override void Register(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModuleDatabase<PaymentDbContext>(Name, typeof(PaymentStatus), typeof(DeadLetterStatus));
        builder.AddOperations<PaymentDbContext>(
            gauges: [DatabaseGauge.OutboxPending, FailingRefunds],
            retention: [RetentionRule.IdempotencyKeys, PaymentRetention.Orders],
            invariants: PaymentInvariants.All);
        builder.Services.AddValidatedOptions<SimulatorOptions>(builder.Configuration, "Payment");
        builder.Services.AddSingleton<Simulator>();
        builder.Services.AddSingleton<IPaymentGateway>(services =>
            new SimulatedGateway(services.GetRequiredService<Simulator>().GetAsync, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddInstruments<PaymentMetrics>();
        builder.Services.AddGroupCommit<PaymentDbContext, ChargeWriter, NewCharge, StoredPayment>();
        builder.Services.AddGroupCommit<PaymentDbContext, ChargeResultWriter, ChargeOutcome, StoredPayment>();
        builder.Services.AddGroupCommit<PaymentDbContext, CancelPaymentWriter, CancelledOrder, bool>();
        builder.Services.AddGroupCommit<PaymentDbContext, RefundWriter, RefundAnswer, bool>();
        builder.Services.AddPollingWorker<RefundWorker>();
        builder.Services.AddHostedService<ChargeRecovery>();
        builder.Services.AddPollingWorker<OutboxRelay<PaymentDbContext>>();
    }
}
