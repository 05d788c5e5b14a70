using Fulfillment.Order.CountOrders;
using Fulfillment.Order.FollowOrder;
using Fulfillment.Order.PlaceOrder;

namespace Fulfillment.Order;

/// <summary>Example bodies and responses of the API description.</summary>
internal static class Examples
{
    private static readonly DateTimeOffset At = new(2026, 1, 15, 9, 30, 0, 120, TimeSpan.Zero);

    public static PlaceOrderRequest Request { get; } = new("CUST-001", [new PlaceOrderLine("PROD-002", "Mouse", 1, 29.99m)]);

    public static OrderView Placed { get; } = new(
        1, "CUST-001", 29.99m, OrderStatus.Pending, null, At, At, [new OrderItemView(1, "PROD-002", "Mouse", 1, 29.99m)]);

    public static OrderView Completed { get; } = Placed with { Status = OrderStatus.Completed, UpdatedAt = At.AddMilliseconds(85) };

    public static OrderView Cancelled { get; } =
        Placed with { Status = OrderStatus.Cancelled, StatusReason = "CUSTOMER_REQUESTED", UpdatedAt = At.AddSeconds(2) };

    public static TimelineEntry[] Timeline { get; } =
    [
        new(
            1, new Guid("019bc0f0-7e58-7c31-a0c4-4d1f6c0f2a11"), "ORDER_CREATED", "order-service", At, 0, "Order placed",
            OrderStatus.Pending),
        new(
            2, new Guid("5b2f7c1e-93a4-8d07-8a55-0c9be1f3d622"), "INVENTORY_RESERVED", "inventory-service", At.AddMilliseconds(31), 31,
            "1 item(s) reserved", OrderStatus.Confirmed),
    ];

    public static OrderStats Stats { get; } = new(
        new Dictionary<OrderStatus, long>
        {
            [OrderStatus.Pending] = 2, [OrderStatus.Confirmed] = 1, [OrderStatus.Completed] = 790, [OrderStatus.Failed] = 205,
            [OrderStatus.Cancelled] = 2,
        },
        new MinuteStats(120, 95, 22, 0), new DurationStats(48.2, 110.5, 240.9), 0.4, true);
}
