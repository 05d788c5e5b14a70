using Fulfillment.Contracts;

namespace Fulfillment.Inventory.ChangeReservations;

/// <summary>How an event changes the reservation of an order.</summary>
public enum ReservationTransition
{
    /// <summary>The order is paid: the reserved stock is committed.</summary>
    Commit,

    /// <summary>The payment was declined: the reserved stock is released.</summary>
    Release,

    /// <summary>The order was cancelled: reserved or committed stock is released, and no stock is reserved for it later.</summary>
    Cancel,
}

/// <summary>A transition that an event requests.</summary>
/// <param name="OrderId">Number of the order.</param>
/// <param name="CustomerId">Customer who placed it.</param>
/// <param name="Transition">The transition.</param>
/// <param name="Cause">Id of the event.</param>
/// <param name="ReasonCode">Reason of the release; null for a commit.</param>
/// <param name="CorrelationId">Id of the first event of the order.</param>
public sealed record ReservationChange(
    long OrderId, string CustomerId, ReservationTransition Transition, Guid Cause, string? ReasonCode, Guid CorrelationId)
{
    /// <summary>The change that an event requests.</summary>
    public static ReservationChange By(OrderEvent message, string customerId, ReservationTransition transition, string? reasonCode)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new ReservationChange(
            message.OrderId, customerId, transition, message.EventId, reasonCode, message.CorrelationId ?? message.EventId);
    }
}

/// <summary>The stored state of a reservation.</summary>
public sealed record ReservedStock(
    ReservationStatus Status, Guid? SettledBy, DateTimeOffset At, string? ReasonCode, string[] ProductIds, int[] Quantities)
{
    /// <summary>The lines as the release events publish them.</summary>
    public IReadOnlyList<ReleasedLine> Lines() =>
        [.. ProductIds.Zip(Quantities, (product, quantity) => new ReleasedLine(product, quantity))];
}

/// <summary>Decides which transitions of a batch apply.</summary>
public static class ReservationTransitions
{
    /// <summary>
    /// The status after a transition, or null when it changes nothing. Commit and Release start from ACTIVE only, so the first of the two
    /// wins. The Order module has already decided on a cancellation, so Cancel also releases committed stock.
    /// </summary>
    public static ReservationStatus? Next(ReservationStatus? current, ReservationTransition transition) => (current, transition) switch
    {
        (ReservationStatus.Active, ReservationTransition.Commit) => ReservationStatus.Committed,
        (ReservationStatus.Active, ReservationTransition.Release) => ReservationStatus.Released,
        (ReservationStatus.Active or ReservationStatus.Committed or null, ReservationTransition.Cancel) => ReservationStatus.Released,
        _ => null,
    };

    /// <summary>Applies changes in their order to the stored reservations.</summary>
    /// <param name="stored">Reservations by order; orders without one are absent.</param>
    /// <param name="wantedChanges">Changes that events request.</param>
    /// <param name="now">Time of the change.</param>
    /// <returns>Per change the reservation after it if it applies now or applied before, else null; and the changed reservations.</returns>
    public static (IReadOnlyList<ReservedStock?> Results, IReadOnlyDictionary<long, ReservedStock> Changes) Decide(
        IReadOnlyDictionary<long, ReservedStock> stored, IReadOnlyList<ReservationChange> wantedChanges, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(wantedChanges);
        var changes = new Dictionary<long, ReservedStock>();
        var results = new ReservedStock?[wantedChanges.Count];
        for (var i = 0; i < wantedChanges.Count; i++)
        {
            var wanted = wantedChanges[i];
            var current = changes.GetValueOrDefault(wanted.OrderId) ?? stored.GetValueOrDefault(wanted.OrderId);
            if (Next(current?.Status, wanted.Transition) is { } next)
            {
                changes[wanted.OrderId] = new ReservedStock(
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

    /// <summary>Changes of the available and sold pieces per product; the reserved pieces change by the opposite of their sum.</summary>
    public static IReadOnlyDictionary<string, (int Available, int Sold)> StockDeltas(
        IReadOnlyDictionary<long, ReservedStock> stored, IReadOnlyDictionary<long, ReservedStock> changes)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(changes);
        var deltas = new Dictionary<string, (int Available, int Sold)>();
        foreach (var (order, after) in changes)
        {
            var before = stored.GetValueOrDefault(order)?.Status;
            foreach (var (product, quantity) in after.ProductIds.Zip(after.Quantities))
            {
                var (available, sold) = deltas.GetValueOrDefault(product);
                deltas[product] = (
                    available + (Available(after.Status) - Available(before)) * quantity,
                    sold + (Sold(after.Status) - Sold(before)) * quantity);
            }
        }

        return deltas;

        static int Sold(ReservationStatus? status) => status == ReservationStatus.Committed ? 1 : 0;
        static int Available(ReservationStatus? status) => status is ReservationStatus.Active or ReservationStatus.Committed ? 0 : 1;
    }
}
