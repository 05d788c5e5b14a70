using Fulfillment.Contracts;
using Fulfillment.Inventory;

namespace Modules.Tests.Simulation;

/// <summary>
/// Every way in which the life of one order can go when each message is delivered twice, in any order, and its first delivery may die
/// between commit and publish; cancelling and expiring happen at every moment at which they can.
/// </summary>
internal sealed class StateSpaceSearch
{
    private const sbyte Unpublished = -1;

    // Notifications, and what Order only records, depend on nothing and nothing depends on them: they are handled when they are published.
    private static readonly (string Module, string Type)[] Queues =
    [
        ("Inventory", "ORDER_CREATED"), ("Inventory", "PAYMENT_COMPLETED"), ("Inventory", "PAYMENT_FAILED"), ("Inventory", "ORDER_CANCELLED"),
        ("Payment", "INVENTORY_RESERVED"), ("Payment", "ORDER_CANCELLED"), ("Payment", "RESERVATION_EXPIRED"),
        ("Order", "INVENTORY_RESERVED"), ("Order", "PAYMENT_COMPLETED"), ("Order", "INVENTORY_COMMITTED"), ("Order", "INVENTORY_FAILED"),
        ("Order", "PAYMENT_FAILED"), ("Order", "RESERVATION_EXPIRED"),
    ];

    private readonly OrderRequest _wish;
    private readonly Rules _rules;
    private readonly HashSet<string> _known = [];
    private readonly Stack<State> _open = new();

    private StateSpaceSearch(OrderRequest wish, Rules rules) => (_wish, _rules) = (wish, rules);

    /// <summary>States that were seen.</summary>
    public int States => _known.Count;

    /// <summary>States in which nothing was left to happen.</summary>
    public int Ends { get; private set; }

    /// <exception cref="BrokenRuleException">The message has the way to where it broke.</exception>
    public static StateSpaceSearch Run(bool approved, bool cancels, bool expires, Rules rules, int stock = 1)
    {
        var wish = new OrderRequest(1, [new OrderLine("A", "N", 1, 10m)], approved, cancels, expires);
        var exploration = new StateSpaceSearch(wish, rules);
        var shop = new Shop(rules, new Dictionary<string, int> { ["A"] = stock }, [wish]);
        var left = new sbyte[Queues.Length];
        Array.Fill(left, Unpublished);
        shop.Place(wish);
        exploration.Reach(new State(shop, left, [], cancels, null, "placed"));
        while (exploration._open.TryPop(out var state)) exploration.Leave(state);
        return exploration;
    }

    /// <summary>A state, and how it was reached.</summary>
    private sealed record State(Shop Shop, sbyte[] Left, Dictionary<int, ModelEvent> Events, bool MayCancel, State? Before, string Step)
    {
        public State Then(string step) => new(Shop.Clone(), [.. Left], new(Events), MayCancel, this, step);

        public string Way => $"{Before?.Way}\n{Step}";
    }

    private void Leave(State state)
    {
        try
        {
            var moved = false;
            foreach (var next in Next(state))
            {
                moved = true;
                Reach(next);
            }

            if (moved) return;
            Ends++;
            Ending.Check(state.Shop);
        }
        catch (BrokenRuleException e)
        {
            throw new BrokenRuleException($"{e.Message}{state.Way}");
        }
    }

    private void Reach(State state)
    {
        foreach (var happening in state.Shop.Outbox) Publish(state, happening);
        state.Shop.Outbox.Clear();
        if (_known.Add(Key(state))) _open.Push(state);
    }

    private IEnumerable<State> Next(State state)
    {
        for (var queue = 0; queue < Queues.Length; queue++)
        {
            if (state.Left[queue] <= 0) continue;
            var delivery = new Delivery(Queues[queue].Module, state.Events[queue]);
            yield return Handle(state, queue, delivery, publishes: true);
            if (state.Left[queue] > 1 || _rules.AcknowledgesFirst) yield return Handle(state, queue, delivery, publishes: false);
            if (Queues[queue] == ("Payment", "INVENTORY_RESERVED") && !state.Shop.Payments.ContainsKey(_wish.Order))
            {
                var begun = state.Then("the charge begins");
                begun.Shop.BeginCharge(delivery.Event);
                yield return begun;
            }
        }

        if (state.MayCancel)
        {
            var cancelled = state.Then("the customer cancels") with { MayCancel = false };
            cancelled.Shop.Cancel(_wish.Order);
            yield return cancelled;
        }

        if (_wish.Expires && state.Shop.Reservations.GetValueOrDefault(_wish.Order)?.Status == ReservationStatus.Active)
        {
            var expired = state.Then("the reservation expires");
            expired.Shop.Expire(_wish.Order);
            yield return expired;
        }

        if (state.Shop.Payments.GetValueOrDefault(_wish.Order) is { RefundOpen: true })
        {
            var refunded = state.Then("the payment is refunded");
            refunded.Shop.CarryOutRefund(_wish.Order);
            yield return refunded;
        }
    }

    private static State Handle(State state, int queue, Delivery delivery, bool publishes)
    {
        var next = state.Then(publishes ? $"{delivery}" : $"{delivery}, which dies after the commit");
        next.Left[queue]--;
        var led = next.Shop.Handle([delivery]);
        if (publishes && led[0] is { } happening) Publish(next, happening);
        return next;
    }

    private static void Publish(State state, ModelEvent happening)
    {
        foreach (var delivery in Routes.Of(happening))
        {
            var queue = Array.IndexOf(Queues, (delivery.Module, happening.Type));
            if (queue < 0) state.Shop.Handle([delivery]);
            else if (state.Left[queue] == Unpublished) (state.Left[queue], state.Events[queue]) = (2, happening);
        }
    }

    private string Key(State state)
    {
        var held = state.Shop.Reservations.GetValueOrDefault(_wish.Order);
        var payment = state.Shop.Payments.GetValueOrDefault(_wish.Order);
        var refund = payment is { Refund: not null } ? payment.RefundOpen : (bool?)null;
        return string.Join(
            ' ', state.Shop.Orders[_wish.Order].Status, held?.Status, held?.SettledBy, payment?.Status, payment?.CancelReason, refund, state.MayCancel,
            state.Shop.Told.Count,
            string.Join(',', state.Left));
    }
}
