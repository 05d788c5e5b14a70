namespace Fulfillment.Order;

/// <summary>An order as it is stored.</summary>
public sealed class Order
{
    public long OrderId { get; init; }

    public required string CustomerId { get; init; }

    public decimal TotalAmount { get; init; }

    public OrderStatus Status { get; init; }

    /// <summary>Reason of the failure or cancellation; null before that.</summary>
    public string? StatusReason { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public List<OrderItem> Items { get; init; } = [];
}

/// <summary>One line of a stored order.</summary>
public sealed class OrderItem
{
    public long Id { get; init; }

    public long OrderId { get; init; }

    public required string ProductId { get; init; }

    public required string ProductName { get; init; }

    public int Quantity { get; init; }

    public decimal Price { get; init; }
}
