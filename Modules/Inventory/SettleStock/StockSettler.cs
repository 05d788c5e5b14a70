using Fulfillment.BuildingBlocks;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.Contracts;

namespace Fulfillment.Inventory.SettleStock;

/// <summary>What the handlers of this folder share: settle, then say what became of the stock.</summary>
public sealed class StockSettler(SettlementWriter reservations, EventPublisher events)
{
    /// <summary>Settles what is held for the order of an event, and announces it. Nothing is announced when the event has changed nothing.</summary>
    public async Task SettleAsync(BaseEvent cause, string customerId, SettlementKind kind, string? reasonCode, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(cause);
        var settlement = new Settlement(cause.AboutOrder, customerId, kind, cause.EventId, reasonCode, cause.CorrelationId ?? cause.EventId);
        var stock = await reservations.ExecuteAsync(settlement, ct);
        Failpoint.Hit("inventory-after-commit");
        if (stock is null or { ProductIds.Length: 0 }) return;
        await (kind == SettlementKind.Sell
            ? events.PublishAsync(Stamp(new InventoryCommittedEvent(cause.AboutOrder, customerId)), ct)
            : events.PublishAsync(Stamp(new InventoryReleasedEvent(cause.AboutOrder, customerId, Lines(stock), reasonCode!)), ct));

        TEvent Stamp<TEvent>(TEvent outcome)
            where TEvent : BaseEvent => outcome.CausedBy(cause, DerivedId.From(cause.EventId, outcome.EventType), stock.At);
    }

    internal static IReadOnlyList<ReleasedLine> Lines(HeldStock stock) =>
        [.. stock.ProductIds.Zip(stock.Quantities, (product, quantity) => new ReleasedLine(product, quantity))];
}
