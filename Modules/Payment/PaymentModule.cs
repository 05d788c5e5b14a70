using Fulfillment.BuildingBlocks;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Operations.Invariants;
using Fulfillment.BuildingBlocks.Persistence;
using Fulfillment.Contracts;
using Fulfillment.Payments.Audit;
using Fulfillment.Payments.ChargePayment;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Payments;

/// <summary>Charges customers for what was reserved for them.</summary>
public sealed class PaymentModule : Module
{
    public override string Name => "Payment";

    public override IReadOnlyList<Subscription> Subscriptions { get; } =
    [
        Subscription.To<InventoryReservedEvent, InventoryReservedHandler>(InventoryReservedHandler.Queue),
    ];

    public override void Register(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModuleDatabase<PaymentDbContext>(Name);
        builder.AddInvariants<PaymentDbContext>(PaymentInvariants.All);
        builder.Services.AddValidatedOptions<SimulatorOptions>(builder.Configuration, "Payment");
        builder.Services.AddSingleton<IPaymentGateway, SimulatedGateway>();
        builder.Services.AddSingleton<PaymentReader>();
        builder.Services.AddSingleton<PaymentWriter>();
    }
}
