namespace Fulfillment.Order.UpdateOrderStatus;

/// <summary>Decides which changes of a batch move their orders.</summary>
public static class OrderStatusTransition
{
    /// <summary>Applies the changes in sequence to the stored statuses.</summary>
    /// <returns>
    /// Per change the status of its order after it, null when there is no such order; per change whether it moved its order; and the
    /// last change of each moved order.
    /// </returns>
    public static (IReadOnlyList<OrderStatus?> After, IReadOnlyList<bool> Moved, IReadOnlyCollection<StatusChange> Changes) Decide(
        IReadOnlyDictionary<long, OrderStatus> stored, IReadOnlyList<StatusChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var current = new Dictionary<long, OrderStatus>(stored);
        var last = new Dictionary<long, StatusChange>();
        var after = new OrderStatus?[changes.Count];
        var moved = new bool[changes.Count];
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            if (!current.TryGetValue(change.OrderId, out var before)) continue;
            var status = OrderStatusMachine.Move(before, change.Target);
            after[i] = status;
            moved[i] = status != before;
            if (!moved[i]) continue;
            current[change.OrderId] = status;
            last[change.OrderId] = change;
        }

        return (after, moved, last.Values);
    }
}
