namespace Fulfillment.Contracts;

/// <summary>Every line of an order was reserved.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Items">The reserved lines.</param>
/// <param name="TotalAmount">Amount to charge.</param>
public sealed record InventoryReservedEvent(long OrderId, string CustomerId, IReadOnlyList<OrderLine> Items, decimal TotalAmount)
    : OrderEvent("INVENTORY_RESERVED", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "inventory.reserved");
}

/// <summary>An order could not be reserved; nothing of it was.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Reason">Sentence for people.</param>
/// <param name="FailedProductId">First product that could not be reserved.</param>
/// <param name="ReasonCode"><c>OUT_OF_STOCK</c> or <c>UNKNOWN_PRODUCT</c>; absent in events of foreign publishers.</param>
public sealed record InventoryFailedEvent(
    long OrderId, string CustomerId, string Reason, string FailedProductId, string? ReasonCode = null)
    : OrderEvent("INVENTORY_FAILED", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "inventory.failed");
}

/// <summary>One product whose stock was given back.</summary>
/// <param name="ProductId">Product.</param>
/// <param name="Quantity">Pieces.</param>
public sealed record ReleasedLine(string ProductId, int Quantity);

/// <summary>The order was paid while its stock was held: the stock is sold, and the order is complete.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
public sealed record InventoryCommittedEvent(long OrderId, string CustomerId)
    : OrderEvent("INVENTORY_COMMITTED", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "inventory.committed");
}

/// <summary>Stock that was held for an order, or sold to it, was given back.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Items">The returned lines.</param>
/// <param name="ReasonCode"><c>PAYMENT_DECLINED</c> or the reason code of a cancelled order.</param>
public sealed record InventoryReleasedEvent(long OrderId, string CustomerId, IReadOnlyList<ReleasedLine> Items, string ReasonCode)
    : OrderEvent("INVENTORY_RELEASED", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "inventory.released");
}

/// <summary>The payment did not arrive in time: the stock was given back. A payment that completes later is refunded.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Items">The returned lines.</param>
/// <param name="ReasonCode"><c>RESERVATION_EXPIRED</c>.</param>
public sealed record ReservationExpiredEvent(long OrderId, string CustomerId, IReadOnlyList<ReleasedLine> Items, string ReasonCode)
    : OrderEvent("RESERVATION_EXPIRED", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "inventory.expired");
}

/// <summary>A part of an uploaded catalogue is to be imported. It refers to the part; the rows are in the stored file.</summary>
/// <param name="ImportId">Number of the import.</param>
/// <param name="Chunk">Number of the part within it, from 0.</param>
public sealed record ImportChunkDueEvent(long ImportId, int Chunk)
    : BaseEvent("PRODUCT_IMPORT", "inventory-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Inventory, "product.import");
}
