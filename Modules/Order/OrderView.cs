namespace Fulfillment.Order;

/// <summary>An order as the API shows it.</summary>
/// <example>
/// { "orderId": 1, "customerId": "CUST-001", "totalAmount": 29.99, "status": "PENDING", "statusReason": null,
///   "createdAt": "2026-01-15T09:30:00.120Z", "updatedAt": "2026-01-15T09:30:00.120Z",
///   "items": [{ "id": 1, "productId": "PROD-002", "productName": "Mouse", "quantity": 1, "price": 29.99 }] }
/// </example>
public sealed record OrderView(
    long OrderId, string CustomerId, decimal TotalAmount, OrderStatus Status, string? StatusReason,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<OrderItemView> Items)
{
    public static string AddressOf(long orderId) => $"/api/orders/{orderId}";

    public static OrderView From(Order order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return new OrderView(
            order.OrderId, order.CustomerId, order.TotalAmount, order.Status, order.StatusReason, order.CreatedAt, order.UpdatedAt,
            [
                .. order.Items.OrderBy(item => item.Id)
                    .Select(item => new OrderItemView(item.Id, item.ProductId, item.ProductName, item.Quantity, item.Price)),
            ]);
    }
}

/// <summary>One line of an order as the API shows it.</summary>
public sealed record OrderItemView(long Id, string ProductId, string ProductName, int Quantity, decimal Price);
