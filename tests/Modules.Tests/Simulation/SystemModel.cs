using Fulfillment.Contracts;
using Fulfillment.Inventory;
using Fulfillment.Inventory.ReserveStock;
using Fulfillment.Inventory.ChangeReservations;
using Fulfillment.Notification;
using Fulfillment.Order;
using Fulfillment.Order.UpdateOrderStatus;
using Fulfillment.Payment;
using Fulfillment.Payment.ChargePayment;

namespace Modules.Tests.Simulation;

/// <summary>What a customer wants, and what will become of the charge.</summary>
internal sealed record OrderRequest(long Order, IReadOnlyList<OrderLine> Lines, bool Approved, bool Cancels, bool Expires)
{
    public decimal Total { get; } = Lines.Sum(line => line.Quantity * line.Price);

    public ModelEvent Created { get; } = new("ORDER_CREATED", Order, new Guid((int)Order, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]));
}

/// <summary>A row of orders.</summary>
internal sealed record OrderRow(OrderStatus Status, string? Reason);

/// <summary>A row of inventory_items.</summary>
internal sealed record StockRow(int Available, int Reserved, int Sold);

/// <summary>
/// The four modules with their tables in memory. The pure functions of the product decide. Each method is one transaction.
/// </summary>
internal sealed class SystemModel
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private readonly Rules _rules;

    public SystemModel(Rules rules, IReadOnlyDictionary<string, int> stock, IEnumerable<OrderRequest> requests)
    {
        _rules = rules;
        Received = stock;
        OrderRequests = requests.ToDictionary(request => request.Order);
        Stock = stock.ToDictionary(product => product.Key, product => new StockRow(product.Value, 0, 0));
    }

    private SystemModel(SystemModel other)
    {
        (_rules, Received, OrderRequests) = (other._rules, other.Received, other.OrderRequests);
        (Stock, Orders, Reservations, Payments, Told, Charged, Outbox) = (
            new(other.Stock), new(other.Orders), new(other.Reservations), new(other.Payments), new(other.Told), new(other.Charged),
            new(other.Outbox));
    }

    public IReadOnlyDictionary<string, int> Received { get; }

    public IReadOnlyDictionary<long, OrderRequest> OrderRequests { get; }

    public Dictionary<string, StockRow> Stock { get; }

    public Dictionary<long, OrderRow> Orders { get; } = [];

    public Dictionary<long, ReservedStock> Reservations { get; } = [];

    public Dictionary<long, StoredPayment> Payments { get; } = [];

    public HashSet<(ModelEvent Event, NotificationChannel Channel)> Told { get; } = [];

    /// <summary>Orders for which the gateway has the customer's money.</summary>
    public HashSet<long> Charged { get; } = [];

    /// <summary>Events that wait for a relay, of all modules.</summary>
    public List<ModelEvent> Outbox { get; } = [];

    public SystemModel Clone() => new(this);

    public void Place(OrderRequest request)
    {
        Orders[request.Order] = new OrderRow(OrderStatus.Pending, null);
        Outbox.Add(request.Created);
    }

    public void Cancel(long order)
    {
        if (Orders[order].Status.IsTerminal()) return;
        Orders[order] = new OrderRow(OrderStatus.Cancelled, "CUSTOMER_REQUESTED");
        Outbox.Add(OrderRequests[order].Created.Causes("ORDER_CANCELLED", "CUSTOMER_REQUESTED"));
    }

    public void Expire(long order)
    {
        var held = Reservations[order];
        Store(new() { [order] = held with { Status = ReservationStatus.Expired, SettledBy = null, ReasonCode = "RESERVATION_EXPIRED" } });
        Outbox.Add(OrderRequests[order].Created.Causes("RESERVATION_EXPIRED", "RESERVATION_EXPIRED"));
    }

    public void CarryOutRefund(long order)
    {
        var payment = Payments[order];
        Charged.Remove(order);
        Payments[order] = PaymentTransitions.Close(payment with { RefundOpen = false });
        Outbox.Add(OrderRequests[order].Created.Causes("PAYMENT_REFUNDED", payment.CancelReason));
    }

    /// <summary>Handles messages of one writer in one transaction. Per message what it leads to.</summary>
    public IReadOnlyList<ModelEvent?> Handle(IReadOnlyList<Delivery> batch) => (batch[0].Module, batch[0].Event.Type) switch
    {
        ("Inventory", "ORDER_CREATED") => Reserve(batch),
        ("Inventory", _) => CommitOrRelease(batch),
        ("Order", _) => Track(batch),
        ("Payment", "INVENTORY_RESERVED") => [.. batch.Select(delivery => Charge(delivery.Event))],
        ("Payment", _) => [.. batch.Select(delivery => End(delivery.Event))],
        _ => [.. batch.Select(delivery => Tell(delivery.Event))],
    };

    /// <summary>The first of the two transactions of a charge.</summary>
    public void BeginCharge(ModelEvent reserved) =>
        Payments.TryAdd(
            reserved.Order,
            new StoredPayment(
                reserved.Order, reserved.Order, PaymentStatus.Pending, OrderRequests[reserved.Order].Total, null, null, null, null, Now,
                null));

    private ModelEvent?[] Reserve(IReadOnlyList<Delivery> batch)
    {
        long[] open = [.. batch.Select(delivery => delivery.Event.Order).Distinct().Where(order => !Reservations.ContainsKey(order))];
        var (failures, taken) = ReservationDecision.Decide(
            Stock.ToDictionary(product => product.Key, product => product.Value.Available),
            [.. open.Select(order => OrderRequests[order].Lines)]);
        foreach (var (product, pieces) in taken) Move(product, -pieces, pieces, 0);
        foreach (var (order, failure) in open.Zip(failures))
        {
            var lines = OrderRequests[order].Lines;
            Reservations[order] = new ReservedStock(
                failure is null ? ReservationStatus.Active : ReservationStatus.Rejected, null, Now, failure?.ReasonCode,
                [.. lines.Select(line => line.ProductId)], [.. lines.Select(line => line.Quantity)]);
        }

        return [.. batch.Select(delivery => Reservations[delivery.Event.Order] switch
        {
            { ProductIds.Length: 0 } => null,
            { Status: ReservationStatus.Rejected } rejected => delivery.Event.Causes("INVENTORY_FAILED", rejected.ReasonCode),
            _ => delivery.Event.Causes("INVENTORY_RESERVED"),
        })];
    }

    private ModelEvent?[] CommitOrRelease(IReadOnlyList<Delivery> batch)
    {
        ReservationChange[] wanted = [.. batch.Where(Heeded).Select(delivery => delivery.Event).Select(message => new ReservationChange(
            message.Order, "C", Kind(message), message.Id, message.Reason ?? "PAYMENT_DECLINED", message.Id))];
        var (results, changes) = ReservationTransitions.Decide(Reservations, wanted, Now);
        Store(changes.ToDictionary());
        var led = wanted.Zip(results).Where(pair => pair.Second is { ProductIds.Length: > 0 }).Select(pair => pair.First.Cause).ToHashSet();
        return [.. batch.Select(delivery => delivery.Event).Select(message => !led.Contains(message.Id)
            ? null
            : message.Causes(
                Kind(message) == ReservationTransition.Commit ? "INVENTORY_COMMITTED" : "INVENTORY_RELEASED", message.Reason))];

        bool Heeded(Delivery delivery) =>
            _rules.CancelLeavesTombstone
                || Kind(delivery.Event) != ReservationTransition.Cancel || Reservations.ContainsKey(delivery.Event.Order);
    }

    private static ReservationTransition Kind(ModelEvent message) => message.Type switch
    {
        "PAYMENT_COMPLETED" => ReservationTransition.Commit,
        "PAYMENT_FAILED" => ReservationTransition.Release,
        "ORDER_CANCELLED" => ReservationTransition.Cancel,
        _ => throw new InvalidOperationException($"Inventory neither commits nor releases stock on {message}."),
    };

    private void Store(Dictionary<long, ReservedStock> changes)
    {
        foreach (var (product, (available, sold)) in ReservationTransitions.StockDeltas(Reservations, changes))
            Move(product, available, -available - sold, sold);
        foreach (var (order, held) in changes) Reservations[order] = held;
    }

    private void Move(string product, int available, int reserved, int sold)
    {
        var row = Stock[product];
        row = new StockRow(row.Available + available, row.Reserved + reserved, row.Sold + sold);
        Stock[product] = row;
        if (row.Available < 0 || row.Reserved < 0 || row.Sold < 0 || row.Available + row.Reserved + row.Sold != Received[product])
            throw new BrokenRuleException($"{product} has {row}");
    }

    private ModelEvent?[] Track(IReadOnlyList<Delivery> batch)
    {
        StatusChange[] changes = [.. batch.Select(delivery => Change(delivery.Event))];
        var stored = Orders.ToDictionary(order => order.Key, order => order.Value.Status);
        var (after, _, last) = OrderStatusTransition.Decide(stored, changes);
        foreach (var (change, status) in changes.Zip(after))
        {
            var before = stored[change.OrderId];
            if (status is not { } next || next < before || (before.IsTerminal() && next != before))
                throw new BrokenRuleException($"order {change.OrderId} went from {before} to {status}");
            stored[change.OrderId] = next;
        }

        foreach (var change in last) Orders[change.OrderId] = new OrderRow(stored[change.OrderId], change.Reason);
        return new ModelEvent?[batch.Count];
    }

    private StatusChange Change(ModelEvent message) => message.Type switch
    {
        "INVENTORY_RESERVED" => new StatusChange(message.Order, OrderStatus.Confirmed),
        "PAYMENT_COMPLETED" => new StatusChange(message.Order, _rules.Paid),
        "INVENTORY_COMMITTED" => new StatusChange(message.Order, OrderStatus.Completed),
        "INVENTORY_FAILED" => new StatusChange(message.Order, OrderStatus.Failed, message.Reason),
        "PAYMENT_FAILED" => new StatusChange(message.Order, OrderStatus.Failed, "PAYMENT_DECLINED"),
        "RESERVATION_EXPIRED" => new StatusChange(message.Order, OrderStatus.Cancelled, message.Reason),
        "INVENTORY_RELEASED" or "PAYMENT_REFUNDED" => new StatusChange(message.Order, OrderStatus.Pending),
        _ => throw new InvalidOperationException($"Order does not follow {message}."),
    };

    private ModelEvent? Charge(ModelEvent reserved)
    {
        BeginCharge(reserved);
        var payment = Payments[reserved.Order];
        if (payment.Status == PaymentStatus.Pending)
        {
            var approved = OrderRequests[reserved.Order].Approved;
            if (approved) Charged.Add(reserved.Order);
            var answer = new ChargeOutcome(
                reserved.Order, new ChargeResult("TXN", approved ? null : new Decline("E", "R")),
                reserved.Causes(approved ? "PAYMENT_COMPLETED" : "PAYMENT_FAILED").Id);
            payment = _rules.LateChargeIsRefunded
                ? PaymentTransitions.Answer(payment, answer, Now)
                : PaymentTransitions.Answer(payment with { CancelReason = null }, answer, Now) with { CancelReason = payment.CancelReason };
            Payments[reserved.Order] = payment;
        }

        if (payment.EventId is not { } outcome) return null;
        var id = _rules.RedeliveryFindsItsOutcome ? outcome : Guid.NewGuid();
        return new ModelEvent(payment.Status == PaymentStatus.Failed ? "PAYMENT_FAILED" : "PAYMENT_COMPLETED", reserved.Order, id);
    }

    private ModelEvent? End(ModelEvent ended)
    {
        Payments[ended.Order] = PaymentTransitions.Cancel(Payments.GetValueOrDefault(ended.Order), ended.Order, ended.Reason!, Now);
        return null;
    }

    private ModelEvent? Tell(ModelEvent modelEvent)
    {
        Told.Add((modelEvent, NotificationChannel.Email));
        if (modelEvent.Type == "PAYMENT_COMPLETED") Told.Add((modelEvent, NotificationChannel.Sms));
        return null;
    }
}

/// <summary>Something happened that never may.</summary>
internal sealed class BrokenRuleException(string message) : Exception(message);
