using Fulfillment.Contracts;

namespace Fulfillment.Inventory.ReserveStock;

/// <summary>The answer to one order.</summary>
/// <param name="EventId">Id of the event that announces it.</param>
/// <param name="At">Time of the answer.</param>
/// <param name="Failure">The reason when nothing was reserved; null when everything was.</param>
/// <param name="CancelledBeforeReservation">
/// The cancellation arrived before the order: nothing is reserved, and nothing is published.
/// </param>
public sealed record ReservationAnswer(
    Guid EventId, DateTimeOffset At, ReservationFailure? Failure, bool CancelledBeforeReservation = false);

/// <summary>The first product that an order could not get.</summary>
public sealed record ReservationFailure(string ReasonCode, string ProductId);

/// <summary>Decides which orders of a batch get their stock.</summary>
public static class ReservationDecision
{
    public const string OutOfStock = "OUT_OF_STOCK";
    public const string UnknownProduct = "UNKNOWN_PRODUCT";

    /// <summary>
    /// Serves the orders in sequence: each gets all of its items or none. A later order gets from the remaining stock only.
    /// </summary>
    /// <param name="available">Available pieces per product; products that do not exist are absent.</param>
    /// <param name="orders">The orders.</param>
    /// <returns>Per order the reason when it gets nothing (null when it is served), and the taken pieces per product.</returns>
    public static (IReadOnlyList<ReservationFailure?> Failures, IReadOnlyDictionary<string, int> Taken) Decide(
        IReadOnlyDictionary<string, int> available, IReadOnlyList<IReadOnlyList<OrderLine>> orders)
    {
        ArgumentNullException.ThrowIfNull(available);
        ArgumentNullException.ThrowIfNull(orders);
        var taken = new Dictionary<string, int>();
        var failures = new ReservationFailure?[orders.Count];
        for (var i = 0; i < orders.Count; i++)
        {
            // A product may stand in several lines of one order. A message may have any quantities, so their sum may be larger than any
            // stock.
            (string ProductId, long Quantity)[] wanted =
                [.. orders[i].GroupBy(line => line.ProductId).Select(lines => (lines.Key, lines.Sum(line => (long)line.Quantity)))];
            failures[i] = wanted.Select(Missing).FirstOrDefault(failure => failure is not null);
            if (failures[i] is not null) continue;
            foreach (var (product, quantity) in wanted) taken[product] = taken.GetValueOrDefault(product) + (int)quantity;
        }

        return (failures, taken);

        ReservationFailure? Missing((string ProductId, long Quantity) wanted)
        {
            if (!available.TryGetValue(wanted.ProductId, out var pieces)) return new ReservationFailure(UnknownProduct, wanted.ProductId);
            return pieces - taken.GetValueOrDefault(wanted.ProductId) < wanted.Quantity
                ? new ReservationFailure(OutOfStock, wanted.ProductId)
                : null;
        }
    }
}
