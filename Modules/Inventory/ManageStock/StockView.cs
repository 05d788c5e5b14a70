namespace Fulfillment.Inventory.ManageStock;

/// <summary>Stock of a product as the API shows it.</summary>
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
