namespace Fulfillment.Order;

/// <summary>Status of an order. A later status follows an earlier one, also in the database.</summary>
public enum OrderStatus
{
    /// <summary>Accepted.</summary>
    Pending,

    /// <summary>Stock is reserved.</summary>
    Confirmed,

    /// <summary>Paid.</summary>
    Completed,

    /// <summary>Could not be reserved or paid.</summary>
    Failed,

    /// <summary>Cancelled by the customer, or expired.</summary>
    Cancelled,
}

/// <summary>The state machine of an order: it only moves forward, and the first terminal status stays.</summary>
public static class OrderStatusMachine
{
    public static bool IsTerminal(this OrderStatus status) => status >= OrderStatus.Completed;

    /// <summary>The status after an event, which may arrive late, twice or before the events that led to it.</summary>
    public static OrderStatus Move(OrderStatus current, OrderStatus target) =>
        current.IsTerminal() || target <= current ? current : target;
}
