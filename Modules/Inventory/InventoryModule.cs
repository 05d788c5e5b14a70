using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Hosting;
using Fulfillment.Inventory.Audit;
using Fulfillment.Inventory.ChangeReservations;
using Fulfillment.Inventory.CommitStock;
using Fulfillment.Inventory.ExpireReservations;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Process;
using Fulfillment.Inventory.ReleaseStock;
using Fulfillment.Inventory.ReserveStock;
using Fulfillment.Messaging;
using Fulfillment.Operations;
using Fulfillment.Operations.DeadLetters;
using Fulfillment.Operations.Gauges;
using Fulfillment.Operations.Retention;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Inventory;

/// <summary>Reserves stock for orders, commits it when they are paid, releases it when they are not, and imports catalogues.</summary>
public sealed class InventoryModule : Module
{
    private static readonly DatabaseGauge ActiveReservations = new(
        "activeReservations", "fulfillment_reservations_active", "Orders with reserved stock.",
        "SELECT count(*) FROM reservations WHERE status = 'ACTIVE'");

    public override string Name => "Inventory";

    public override string ApiPrefix => "/api/inventory";

    public override IReadOnlyList<Subscription> Subscriptions { get; } =
    [
        // The happy path
        Subscription.To<OrderCreatedEvent, OrderCreatedHandler>("order-created-queue"),
        Subscription.To<PaymentCompletedEvent, PaymentCompletedHandler>("inventory-payment-completed-queue"),
        // Compensation
        Subscription.To<PaymentFailedEvent, StockReleaseConsumer>("inventory-payment-failed-queue"),
        Subscription.To<OrderCancelledEvent, StockReleaseConsumer>("inventory-order-cancelled-queue"),
        // Catalogues
        Subscription.To<ImportChunkDueEvent, ImportChunkHandler>("product-import-queue") with
        {
            Concurrency = ImportChunkHandler.Concurrency,
        },
    ];

    public override IReadOnlyList<ErrorExplanation> Errors => InventoryErrors.All;

    public override void Register(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModuleDatabase<InventoryDbContext>(
            Name, typeof(ReservationStatus), typeof(ImportState), typeof(ImportKey), typeof(ImportDuplicates), typeof(ImportMode),
            typeof(RowErrorCode), typeof(DeadLetterStatus));
        builder.AddOperations<InventoryDbContext>(
            gauges: [DatabaseGauge.OutboxPending, ActiveReservations],
            retention:
            [
                RetentionRule.IdempotencyKeys, InventoryRetention.Orders, InventoryRetention.StockAdjustments,
                ImportRetention.Errors, ImportRetention.Imports,
            ],
            invariants: InventoryInvariants.All);
        builder.AddImports();
        builder.Services.AddValidatedOptions<ReservationOptions>(builder.Configuration, "Inventory");
        builder.Services.AddGroupCommit<InventoryDbContext, ReservationWriter, OrderCreatedEvent, ReservationAnswer>();
        builder.Services.AddGroupCommit<InventoryDbContext, ReservationTransitionWriter, ReservationChange, ReservedStock?>();
        builder.Services.AddHostedService<ReservationExpiry>();
        builder.Services.AddPollingWorker<OutboxRelay<InventoryDbContext>>();
    }
}
