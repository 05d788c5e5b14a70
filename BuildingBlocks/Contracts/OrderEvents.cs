namespace Fulfillment.Contracts;

/// <summary>One line of an order.</summary>
/// <param name="ProductId">Product, 1-64 printable characters.</param>
/// <param name="ProductName">Name as the customer saw it.</param>
/// <param name="Quantity">Pieces, 1-10,000.</param>
/// <param name="Price">Price of one piece, 0-1,000,000 with at most two decimals.</param>
public sealed record OrderLine(string ProductId, string ProductName, int Quantity, decimal Price);

/// <summary>An order was accepted and stored.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Items">Its lines, in the order in which they were given.</param>
/// <param name="TotalAmount">Sum of quantity times price over all lines.</param>
public sealed record OrderCreatedEvent(long OrderId, string CustomerId, IReadOnlyList<OrderLine> Items, decimal TotalAmount)
    : OrderEvent("ORDER_CREATED", "order-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Order, "order.created");
}

/// <summary>The customer cancelled the order. Its reserved stock and its charge are given back.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Reason">Sentence for people.</param>
/// <param name="ReasonCode"><c>CUSTOMER_REQUESTED</c>.</param>
public sealed record OrderCancelledEvent(long OrderId, string CustomerId, string Reason, string ReasonCode)
    : OrderEvent("ORDER_CANCELLED", "order-service"), IRoutedEvent
{
    /// <inheritdoc />
    public static EventRoute Route { get; } = new(Exchanges.Order, "order.cancelled");
}
