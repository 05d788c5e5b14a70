using Fulfillment.Contracts;
using Fulfillment.Inventory;

namespace Modules.Tests.Simulation;

/// <summary>
/// One run of the model. Everything that is open to chance in production (who comes next, what dies where, what arrives twice, what a
/// customer does) is decided by random numbers, so that the same seed is the same run.
/// </summary>
internal sealed class Schedule
{
    private const int MaxSteps = 10_000;
    private readonly Random _random;
    private readonly Rules _rules;
    private readonly List<string>? _trace;
    private readonly List<OrderRequest> _unplaced;
    private readonly List<long> _cancels = [];
    private readonly List<Delivery> _inFlight = [];
    private int _faults;

    private Schedule(int seed, Rules rules, List<string>? trace)
    {
        (_random, _rules, _trace) = (new Random(seed), rules, trace);
        _faults = _random.Next(12);
        _unplaced = [.. Enumerable.Range(1, _random.Next(1, 4)).Select(OrderRequest)];
        Model = new SystemModel(rules, new Dictionary<string, int> { ["A"] = 3, ["B"] = 1 }, _unplaced);
    }

    public SystemModel Model { get; }

    /// <summary>Faults of each kind that happened.</summary>
    public Dictionary<string, int> Faults { get; } = [];

    /// <summary>Runs a schedule to its end and checks what it has left.</summary>
    /// <exception cref="BrokenRuleException">The message has the seed and the whole schedule.</exception>
    public static Schedule Run(int seed, Rules rules)
    {
        try
        {
            return Play(new Schedule(seed, rules, trace: null));
        }
        catch (BrokenRuleException e)
        {
            var trace = new List<string>();
            Should.Throw<BrokenRuleException>(() => Play(new Schedule(seed, rules, trace)));
            throw new BrokenRuleException($"Seed {seed}: {e.Message}\n{string.Join('\n', trace)}");
        }
    }

    private static Schedule Play(Schedule schedule)
    {
        for (var steps = 0; schedule.Step(); steps++)
        {
            if (steps == MaxSteps) throw new BrokenRuleException("it does not come to rest");
        }

        FinalInvariants.Check(schedule.Model);
        return schedule;
    }

    private OrderRequest OrderRequest(int order)
    {
        var lines = Enumerable.Range(0, _random.Next(1, 3)).Select(_ => new OrderLine(
            _random.Next(20) switch { 0 => "UNKNOWN", < 8 => "B", _ => "A" }, "N", _random.Next(1, 3), _random.Next(1, 100)));
        return new OrderRequest(order, [.. lines], Chance(70), Chance(40), Chance(30));
    }

    private bool Step()
    {
        var active = Model.Reservations.Where(held => held.Value.Status == ReservationStatus.Active).Select(held => held.Key);
        long[] expiring = [.. active.Where(order => Model.OrderRequests[order].Expires)];
        long[] refunds = [.. Model.Payments.Where(payment => payment.Value.RefundOpen).Select(payment => payment.Key)];
        var (place, cancel, publish, deliver) = (_unplaced.Count > 0 ? 1 : 0, _cancels.Count, Model.Outbox.Count, _inFlight.Count);
        var choices = place + cancel + expiring.Length + refunds.Length + publish + deliver;
        if (choices == 0) return false;

        var choice = _random.Next(choices);
        if ((choice -= place) < 0) Place();
        else if ((choice -= cancel) < 0) Cancel(choice + cancel);
        else if ((choice -= expiring.Length) < 0) Expire(expiring[choice + expiring.Length]);
        else if ((choice -= refunds.Length) < 0) Refund(refunds[choice + refunds.Length]);
        else if ((choice -= publish) < 0) Relay(choice + publish);
        else Deliver(choice);
        return true;
    }

    private void Place()
    {
        var request = _unplaced[0];
        _unplaced.RemoveAt(0);
        Say($"order {request.Order} is placed: {string.Join(", ", request.Lines.Select(line => $"{line.Quantity} {line.ProductId}"))}");
        Model.Place(request);
        if (request.Cancels) _cancels.Add(request.Order);
    }

    private void Cancel(int index)
    {
        Say($"order {_cancels[index]} is to be cancelled, it is {Model.Orders[_cancels[index]].Status}");
        Model.Cancel(_cancels[index]);
        _cancels.RemoveAt(index);
    }

    private void Expire(long order)
    {
        Say($"the reservation of order {order} expires");
        Model.Expire(order);
    }

    private void Refund(long order)
    {
        Say($"the payment of order {order} is refunded");
        Model.CarryOutRefund(order);
    }

    private void Relay(int index)
    {
        var modelEvent = Model.Outbox[index];
        Say($"{modelEvent} is published by the relay");
        Publish(modelEvent);
        if (!Fault("relay dies before it commits")) Model.Outbox.RemoveAt(index);
    }

    private void Deliver(int index)
    {
        var first = _inFlight[index];
        if (Fault("dies before it commits", first)) return;
        if (Fault("arrives twice", first)) _inFlight.Add(first);
        if (first is { Module: "Payment", Event.Type: "INVENTORY_RESERVED" } && Fault("dies after the charge has begun", first))
        {
            Model.BeginCharge(first.Event);
            return;
        }

        // What one writer handles may share a transaction; what arrives twice may be in it twice.
        Delivery[] batch = [first, .. _inFlight.Where((other, i) => i != index && Writer(other) == Writer(first)).Take(_random.Next(3))];
        Say($"handled: {string.Join(", ", batch.AsEnumerable())}");
        var led = Model.Handle(batch);
        if (Fault("dies after the commit", first))
        {
            if (_rules.AcknowledgesFirst) Acknowledge(batch);
            return;
        }

        foreach (var modelEvent in led.OfType<ModelEvent>()) Publish(modelEvent);
        if (!Fault("dies before it acknowledges", first)) Acknowledge(batch);
    }

    private void Acknowledge(IEnumerable<Delivery> batch)
    {
        foreach (var delivery in batch) _inFlight.Remove(delivery);
    }

    private void Publish(ModelEvent modelEvent)
    {
        Say($"  {modelEvent} is published");
        _inFlight.AddRange(Routes.Of(modelEvent));
    }

    private static (string Module, bool Kind) Writer(Delivery delivery) =>
        (delivery.Module, delivery.Module is "Inventory" or "Payment" && delivery.Event.Type is "ORDER_CREATED" or "INVENTORY_RESERVED");

    private bool Fault(string kind, Delivery? delivery = null)
    {
        if (_faults == 0 || !Chance(8)) return false;
        _faults--;
        Faults[kind] = Faults.GetValueOrDefault(kind) + 1;
        Say($"fault: {delivery} {kind}");
        return true;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private void Say(string what) => _trace?.Add(what);
}
