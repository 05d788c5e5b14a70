namespace Fulfillment.Inventory;

/// <summary>
/// Stock of one product. The sum of available, reserved and sold pieces is always the received quantity; the database checks it.
/// </summary>
public sealed class InventoryItem
{
    /// <summary>Upper limit of the received pieces. No other quantity of the product can be larger.</summary>
    public const int MaxReceived = int.MaxValue;

    public required string ProductId { get; init; }

    public required string ProductName { get; init; }

    public int AvailableQuantity { get; init; }

    public int ReservedQuantity { get; init; }

    public int SoldQuantity { get; init; }

    public int ReceivedQuantity { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A manual correction of stock.</summary>
public sealed class StockAdjustment
{
    public long Id { get; init; }

    public required string ProductId { get; init; }

    public int Delta { get; init; }

    public required string Reason { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
