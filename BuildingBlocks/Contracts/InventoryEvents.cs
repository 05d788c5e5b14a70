using System.Text.Json.Serialization;

namespace Fulfillment.Contracts;

/// <summary>Every line of an order was reserved.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Items">The reserved lines.</param>
/// <param name="TotalAmount">Amount to charge.</param>
public sealed record InventoryReservedEvent(long OrderId, string CustomerId, IReadOnlyList<OrderLine> Items, decimal TotalAmount)
    : BaseEvent("INVENTORY_RESERVED", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "inventory.reserved");

    /// <inheritdoc />
    [JsonIgnore]
    public override long AboutOrder => OrderId;
}

/// <summary>An order could not be reserved; nothing of it was.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Reason">Sentence for people.</param>
/// <param name="FailedProductId">First product that could not be reserved.</param>
/// <param name="ReasonCode"><c>OUT_OF_STOCK</c> or <c>UNKNOWN_PRODUCT</c>; absent in events of foreign publishers.</param>
public sealed record InventoryFailedEvent(
    long OrderId, string CustomerId, string Reason, string FailedProductId, string? ReasonCode = null)
    : BaseEvent("INVENTORY_FAILED", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "inventory.failed");

    /// <inheritdoc />
    [JsonIgnore]
    public override long AboutOrder => OrderId;
}
