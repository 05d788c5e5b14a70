namespace Fulfillment.Inventory.SettleStock;

/// <summary>What an event wants to become of the stock that is held for an order.</summary>
public enum SettlementKind
{
    /// <summary>It was paid: sell.</summary>
    Sell,

    /// <summary>The payment was declined: give back what is held.</summary>
    GiveBack,

    /// <summary>The order was cancelled: give back what is held or sold already, and hold nothing for it later.</summary>
    Cancel,
}

/// <summary>A settlement that is wanted.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Kind">What is wanted.</param>
/// <param name="Cause">Id of the event that wants it.</param>
/// <param name="ReasonCode">Why stock is given back.</param>
/// <param name="Flow">Event that started the flow of the order.</param>
public sealed record Settlement(long OrderId, string CustomerId, SettlementKind Kind, Guid Cause, string? ReasonCode, Guid Flow);

/// <summary>What is stored of a reservation.</summary>
public sealed record HeldStock(ReservationStatus Status, Guid? SettledBy, DateTimeOffset At, string? ReasonCode, string[] ProductIds, int[] Quantities);

/// <summary>Which settlements of a batch have their way.</summary>
public static class SettlementDecision
{
    /// <summary>
    /// The status that a settlement leads to, or null when it changes nothing. Selling and giving back start from ACTIVE only, so of two
    /// that cross each other the first one holds. A cancelled order comes from its own module, which has decided already: it also takes back a sale.
    /// </summary>
    public static ReservationStatus? Next(ReservationStatus? current, SettlementKind kind) => (current, kind) switch
    {
        (ReservationStatus.Active, SettlementKind.Sell) => ReservationStatus.Committed,
        (ReservationStatus.Active, SettlementKind.GiveBack) => ReservationStatus.Released,
        (ReservationStatus.Active or ReservationStatus.Committed or null, SettlementKind.Cancel) => ReservationStatus.Released,
        _ => null,
    };

    /// <summary>Applies settlements in their order to what is stored.</summary>
    /// <param name="stored">Reservations by order; orders without one are absent.</param>
    /// <param name="settlements">What is wanted.</param>
    /// <param name="now">Time of the change.</param>
    /// <returns>Per settlement what it has led to, now or before; null when it has led to nothing. And the reservations that change.</returns>
    public static (IReadOnlyList<HeldStock?> Results, IReadOnlyDictionary<long, HeldStock> Changes) Decide(
        IReadOnlyDictionary<long, HeldStock> stored, IReadOnlyList<Settlement> settlements, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(settlements);
        var changes = new Dictionary<long, HeldStock>();
        var results = new HeldStock?[settlements.Count];
        for (var i = 0; i < settlements.Count; i++)
        {
            var wanted = settlements[i];
            var current = changes.GetValueOrDefault(wanted.OrderId) ?? stored.GetValueOrDefault(wanted.OrderId);
            if (Next(current?.Status, wanted.Kind) is { } next)
            {
                changes[wanted.OrderId] = new HeldStock(
                    next, wanted.Cause, now, wanted.ReasonCode, current?.ProductIds ?? [], current?.Quantities ?? []);
                results[i] = changes[wanted.OrderId];
            }
            else if (current?.SettledBy == wanted.Cause)
            {
                results[i] = current;
            }
        }

        return (results, changes);
    }

    /// <summary>How many pieces of each product become available and sold; what is reserved changes by the opposite of their sum.</summary>
    public static IReadOnlyDictionary<string, (int Available, int Sold)> Moves(
        IReadOnlyDictionary<long, HeldStock> stored, IReadOnlyDictionary<long, HeldStock> changes)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(changes);
        var moves = new Dictionary<string, (int Available, int Sold)>();
        foreach (var (order, after) in changes)
        {
            var before = stored.GetValueOrDefault(order)?.Status;
            foreach (var (product, quantity) in after.ProductIds.Zip(after.Quantities))
            {
                var (available, sold) = moves.GetValueOrDefault(product);
                moves[product] = (
                    available + (Available(after.Status) - Available(before)) * quantity, sold + (Sold(after.Status) - Sold(before)) * quantity);
            }
        }

        return moves;

        static int Sold(ReservationStatus? status) => status == ReservationStatus.Committed ? 1 : 0;
        static int Available(ReservationStatus? status) => status is ReservationStatus.Active or ReservationStatus.Committed ? 0 : 1;
    }
}
