namespace Fulfillment.Order;

/// <summary>The state machine of an order: it only moves forward, and the first terminal status stays.</summary>
public static class OrderStatusMachine
{
    public static bool IsTerminal(this OrderStatus status) => status >= OrderStatus.Completed;

    /// <summary>The status after an event, which may arrive late, twice or before the events that led to it.</summary>
    public static OrderStatus Move(OrderStatus current, OrderStatus target) =>
        current.IsTerminal() || target <= current ? current : target;
}
