using Fulfillment.Inventory.GetProduct;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Follow;
using Fulfillment.Inventory.ListReservations;
using Fulfillment.Inventory.ManageStock;

namespace Fulfillment.Inventory;

/// <summary>Example bodies and responses of the API description.</summary>
internal static class Examples
{
    private static readonly DateTimeOffset At = new(2026, 1, 15, 9, 30, 0, TimeSpan.Zero);

    public static StockView Stock { get; } = new("PROD-002", "Mouse", 49, 0, 1, At);

    public static SetStockRequest SetStock { get; } = new("Mouse", 50);

    public static AdjustStockRequest Adjust { get; } = new(-3, "Damaged in the warehouse", 49);

    public static ProductView Product { get; } = new(
        "PROD-1001", "Mouse", "Wireless, with two buttons", "Acme", "Accessories", 29.99m, "USD", "4006381333931", "Black", "Small",
        "in_stock", "PROD-1001", "1", At);

    public static ReservationView Reservation { get; } = new(
        1, "CUST-001", ReservationStatus.Committed, null, null, At, At, [new ReservedLine("PROD-002", 1)]);

    public static ImportView Import { get; } = new(
        1, "catalogue.csv", 14_200_000, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", ImportState.Running, null,
        "internalId", "last", "upsert", false, null,
        100_000, 41_958, 42, 41_958, 0, 0, 0, new Dictionary<string, int> { ["INVALID_PRICE"] = 40, ["DUPLICATE_KEY"] = 2 }, 14, 6,
        52_400.5, 1.1, At, At, null);

    public static ImportErrorView ImportError { get; } = new(
        17, "Price", RowErrorCode.InvalidPrice, "'free' is not a price from 0 to 1000000000 with at most two decimals",
        ["17", "Mouse", "free", "5", "PROD-1017"]);
}
