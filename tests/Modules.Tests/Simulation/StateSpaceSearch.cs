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
        ("Inventory", "ORDER_CREATED"), ("Inventory", "PAYMENT_COMPLETED"), ("Inventory", "PAYMENT_FAILED"),
        ("Inventory", "ORDER_CANCELLED"),
        ("Payment", "INVENTORY_RESERVED"), ("Payment", "ORDER_CANCELLED"), ("Payment", "RESERVATION_EXPIRED"),
        ("Order", "INVENTORY_RESERVED"), ("Order", "PAYMENT_COMPLETED"), ("Order", "INVENTORY_COMMITTED"), ("Order", "INVENTORY_FAILED"),
        ("Order", "PAYMENT_FAILED"), ("Order", "RESERVATION_EXPIRED"),
    ];

    private readonly OrderRequest _request;
    private readonly Rules _rules;
    private readonly HashSet<string> _known = [];
    private readonly Stack<State> _open = new();

    private StateSpaceSearch(OrderRequest request, Rules rules) => (_request, _rules) = (request, rules);

    /// <summary>States that were seen.</summary>
    public int States => _known.Count;

    /// <summary>States in which nothing was left to happen.</summary>
    public int Ends { get; private set; }

    /// <exception cref="BrokenRuleException">The message has the way to where it broke.</exception>
    public static StateSpaceSearch Run(bool approved, bool cancels, bool expires, Rules rules, int stock = 1)
    {
        var request = new OrderRequest(1, [new OrderLine("A", "N", 1, 10m)], approved, cancels, expires);
        var search = new StateSpaceSearch(request, rules);
        var model = new SystemModel(rules, new Dictionary<string, int> { ["A"] = stock }, [request]);
        var left = new sbyte[Queues.Length];
        Array.Fill(left, Unpublished);
        model.Place(request);
        search.Reach(new State(model, left, [], cancels, null, "placed"));
        while (search._open.TryPop(out var state)) search.Leave(state);
        return search;
    }

    /// <summary>A state, and how it was reached.</summary>
    private sealed record State(
        SystemModel Model, sbyte[] Left, Dictionary<int, ModelEvent> Events, bool MayCancel, State? Before, string Step)
    {
        public State Then(string step) => new(Model.Clone(), [.. Left], new(Events), MayCancel, this, step);

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
            FinalInvariants.Check(state.Model);
        }
        catch (BrokenRuleException e)
        {
            throw new BrokenRuleException($"{e.Message}{state.Way}");
        }
    }

    private void Reach(State state)
    {
        foreach (var modelEvent in state.Model.Outbox) Publish(state, modelEvent);
        state.Model.Outbox.Clear();
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
            if (Queues[queue] == ("Payment", "INVENTORY_RESERVED") && !state.Model.Payments.ContainsKey(_request.Order))
            {
                var begun = state.Then("the charge begins");
                begun.Model.BeginCharge(delivery.Event);
                yield return begun;
            }
        }

        if (state.MayCancel)
        {
            var cancelled = state.Then("the customer cancels") with { MayCancel = false };
            cancelled.Model.Cancel(_request.Order);
            yield return cancelled;
        }

        if (_request.Expires && state.Model.Reservations.GetValueOrDefault(_request.Order)?.Status == ReservationStatus.Active)
        {
            var expired = state.Then("the reservation expires");
            expired.Model.Expire(_request.Order);
            yield return expired;
        }

        if (state.Model.Payments.GetValueOrDefault(_request.Order) is { RefundOpen: true })
        {
            var refunded = state.Then("the payment is refunded");
            refunded.Model.CarryOutRefund(_request.Order);
            yield return refunded;
        }
    }

    private static State Handle(State state, int queue, Delivery delivery, bool publishes)
    {
        var next = state.Then(publishes ? $"{delivery}" : $"{delivery}, which dies after the commit");
        next.Left[queue]--;
        var led = next.Model.Handle([delivery]);
        if (publishes && led[0] is { } modelEvent) Publish(next, modelEvent);
        return next;
    }

    private static void Publish(State state, ModelEvent modelEvent)
    {
        foreach (var delivery in Routes.Of(modelEvent))
        {
            var queue = Array.IndexOf(Queues, (delivery.Module, modelEvent.Type));
            if (queue < 0) state.Model.Handle([delivery]);
            else if (state.Left[queue] == Unpublished) (state.Left[queue], state.Events[queue]) = (2, modelEvent);
        }
    }

    private string Key(State state)
    {
        var held = state.Model.Reservations.GetValueOrDefault(_request.Order);
        var payment = state.Model.Payments.GetValueOrDefault(_request.Order);
        var refund = payment is { RefundOrdered: true } ? payment.RefundOpen : (bool?)null;
        return string.Join(
            ' ', state.Model.Orders[_request.Order].Status, held?.Status, held?.SettledBy, payment?.Status, payment?.CancelReason, refund,
            state.MayCancel,
            state.Model.Told.Count,
            string.Join(',', state.Left));
    }
}
