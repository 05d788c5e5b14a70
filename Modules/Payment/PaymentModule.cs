using Fulfillment.BuildingBlocks;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Operations;
using Fulfillment.BuildingBlocks.Operations.Invariants;
using Fulfillment.BuildingBlocks.Persistence;
using Fulfillment.Contracts;
using Fulfillment.Payments.Audit;
using Fulfillment.Payments.ChargePayment;
using Fulfillment.Payments.RefundPayment;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Payments;

/// <summary>Charges customers for what was reserved for them, and gives money back.</summary>
public sealed class PaymentModule : Module
{
    public override string Name => "Payment";

    public override IReadOnlyList<Subscription> Subscriptions { get; } =
    [
        // The happy path
        Subscription.To<InventoryReservedEvent, InventoryReservedHandler>(InventoryReservedHandler.Queue),
        // Orders that end without success
        Subscription.To<OrderCancelledEvent, OrderCancelledHandler>(OrderCancelledHandler.Queue),
        Subscription.To<ReservationExpiredEvent, ReservationExpiredHandler>(ReservationExpiredHandler.Queue),
    ];

    public override void Register(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModuleDatabase<PaymentDbContext>(Name);
        builder.AddOperations<PaymentDbContext>();
        builder.AddInvariants<PaymentDbContext>(PaymentInvariants.All);
        builder.Services.AddValidatedOptions<SimulatorOptions>(builder.Configuration, "Payment");
        builder.Services.AddSingleton<IPaymentGateway, SimulatedGateway>();
        builder.Services.AddSingleton<ChargeWriter>();
        builder.Services.AddSingleton<OutcomeWriter>();
        builder.Services.AddSingleton<EndWriter>();
        builder.Services.AddSingleton<RefundWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RefundWorker>());
        builder.Services.AddOutboxRelay<PaymentDbContext>();
        builder.Services.AddHostedService<IdempotencySweeper<PaymentDbContext>>();
    }
}
