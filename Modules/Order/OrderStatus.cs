namespace Fulfillment.Order;

/// <summary>Status of an order. Stored by number: a later status has a higher number.</summary>
public enum OrderStatus : short
{
    /// <summary>Accepted.</summary>
    Pending = 0,

    /// <summary>Stock is reserved.</summary>
    Confirmed = 1,

    /// <summary>Paid.</summary>
    Completed = 10,

    /// <summary>Could not be reserved or paid.</summary>
    Failed = 11,

    /// <summary>Cancelled by the customer, or expired.</summary>
    Cancelled = 12,
}

/// <summary>The state machine of an order: it only moves forward, and the first terminal status stays.</summary>
public static class OrderStatusMachine
{
    public static bool IsTerminal(this OrderStatus status) => status >= OrderStatus.Completed;

    /// <summary>The status after an event, which may arrive late, twice or before the events that led to it.</summary>
    public static OrderStatus Move(OrderStatus current, OrderStatus target) =>
        current.IsTerminal() || target <= current ? current : target;
}
