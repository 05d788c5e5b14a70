namespace Fulfillment.Inventory.ManageStock;

/// <summary>Stock of a product as the API shows it.</summary>
/// <example>
/// { "productId": "PROD-002", "productName": "Mouse", "availableQuantity": 49, "reservedQuantity": 0, "soldQuantity": 1,
///   "updatedAt": "2026-01-15T09:30:00.000Z" }
/// </example>
public sealed record StockView(
    string ProductId, string ProductName, int AvailableQuantity, int ReservedQuantity, int SoldQuantity, DateTimeOffset UpdatedAt)
{
    public static StockView From(InventoryItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new StockView(
            item.ProductId, item.ProductName, item.AvailableQuantity, item.ReservedQuantity, item.SoldQuantity, item.UpdatedAt);
    }
}
