using Fulfillment.Chaos.Checks;
using Fulfillment.Chaos.Customers;
using Fulfillment.Chaos.Faults;

namespace Modules.Tests.Chaos;

/// <summary>The checks of the fault runs, against books that are right and against books in which one thing is wrong.</summary>
public sealed class ChaosChecksTests
{
    private static readonly Guid Told = Guid.NewGuid();
    private static readonly Dictionary<string, int> Stocked = new() { ["P"] = 10 };

    // Order 1 is paid, order 2 was declined, order 3 was cancelled after it had been paid; three requests left nothing.
    private readonly List<Placement> _history =
    [
        Answered("A", 1), Answered("B", 2), Answered("C", 3, CancelOutcome.Cancelled),
        new(OrderRequest("D") with { IsInvalid = true }, null) { Outcome = Outcome.Refused, Refusal = "400" },
        new(OrderRequest("E"), null) { Outcome = Outcome.Info },
        new(OrderRequest("F"), "key") { Outcome = Outcome.Info },
    ];

    private readonly List<OrderFact> _orders =
    [
        Order(1, "A", OrderFact.Completed), Order(2, "B", OrderFact.Failed), Order(3, "C", OrderFact.Cancelled),
    ];

    private readonly List<ReservationFact> _reservations =
    [
        new(1, ReservationFact.Committed, ["P"], [2]), new(2, "RELEASED", ["P"], [2]), new(3, "RELEASED", ["P"], [2]),
    ];
    private readonly List<StockFact> _stock = [new("P", 8, 0, 2, 10)];
    private readonly List<PaymentFact> _payments =
        [new(1, "COMPLETED", 7m, 0, 1, 0), new(2, "FAILED", 7m, 0, 0, 0), new(3, "COMPLETED", 7m, 7m, 1, 0)];

    private readonly List<NotificationFact> _notifications =
    [
        new(1, Told, NotificationFact.Email, 1), new(1, Told, NotificationFact.Sms, 1), new(2, Told, NotificationFact.Email, 1),
        new(3, Told, NotificationFact.Email, 1),
    ];

    private readonly List<DeadLetterFact> _deadLetters = [new("Order", "poison-1", "{bad")];
    private readonly Dictionary<string, PoisonMessage> _poison = new() { ["poison-1"] = new("order-created-queue", "broken") };
    private readonly Dictionary<string, long> _leftOver = new() { ["order-created-queue"] = 0 };

    [Fact]
    public void Books_that_are_right_have_no_violation() => Violations().ShouldBeEmpty();

    [Fact]
    public void Accepted_order_that_is_lost_is_found()
    {
        _orders.RemoveAt(1);
        _reservations.RemoveAt(1);
        _payments.RemoveAt(1);
        _notifications.RemoveAt(2);
        Violations().ShouldHaveSingleItem().ShouldBe("B was promised order 2; there is no such order");
    }

    [Fact]
    public void Accepted_order_with_other_content_is_found()
    {
        _orders[1] = _orders[1] with { Lines = "P 3 3.50", Total = 10.5m };
        Violations().ShouldHaveSingleItem().ShouldContain("but P 2 3.50 was posted");
    }

    [Fact]
    public void Refused_order_that_is_stored_is_found()
    {
        Add(Order(4, "D", OrderFact.Failed));
        Violations().ShouldHaveSingleItem().ShouldStartWith("D was refused; order 4");
    }

    [Fact]
    public void Order_without_an_answer_may_be_stored_once()
    {
        Add(Order(4, "E", OrderFact.Failed));
        Violations().ShouldBeEmpty();
        Add(Order(5, "E", OrderFact.Failed));
        Violations().ShouldHaveSingleItem().ShouldStartWith("E posted once, without an answer; order 4");
    }

    [Fact]
    public void Second_order_of_one_key_is_found()
    {
        Add(Order(4, "F", OrderFact.Failed));
        Add(Order(5, "F", OrderFact.Failed));
        _history[5].OrderIds.UnionWith([4, 5]);
        _history[5].Outcome = Outcome.Ok;
        Violations().ShouldContain("F was given several numbers for one key: 4, 5; order 4 of F is FAILED and order 5 of F is FAILED");
    }

    [Fact]
    public void Good_order_that_is_refused_is_found()
    {
        _history[4].Outcome = Outcome.Refused;
        Violations().ShouldHaveSingleItem().ShouldStartWith("E was refused a good order");
    }

    [Fact]
    public void Order_that_is_stored_although_nothing_was_to_be_done_is_found()
    {
        Add(Order(4, "E", OrderFact.Failed));
        _history[4].Outcome = Outcome.Unavailable;
        Violations().ShouldHaveSingleItem().ShouldStartWith("E was told that nothing was done");
    }

    [Fact]
    public void Cancellation_that_happened_although_nothing_was_to_be_done_is_found()
    {
        Add(Order(4, "E", OrderFact.Cancelled) with { Reason = "CUSTOMER_REQUESTED" });
        _history[4].Cancel = CancelOutcome.Unavailable;
        Violations().ShouldHaveSingleItem().ShouldStartWith("E was told that nothing was cancelled");
    }

    [Fact]
    public void Order_that_is_none_and_is_accepted_is_found()
    {
        Add(Order(4, "D", OrderFact.Failed));
        _history[3].Outcome = Outcome.Ok;
        _history[3].OrderIds.Add(4);
        Violations().ShouldHaveSingleItem().ShouldStartWith("D had an order accepted that is none");
    }

    [Fact]
    public void Cancel_that_was_confirmed_and_forgotten_is_found()
    {
        _history[1].Cancel = CancelOutcome.Cancelled;
        Violations().ShouldHaveSingleItem().ShouldBe("B was told that the order is cancelled; order 2 of B is FAILED");
    }

    [Fact]
    public void Order_that_never_ends_is_found()
    {
        _orders[1] = _orders[1] with { Status = "CONFIRMED" };
        _notifications.RemoveAt(2);
        Violations().ShouldHaveSingleItem().ShouldStartWith("not ended: order 2 of B is CONFIRMED");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Second_charge_of_an_order_is_found(bool asSecondPayment)
    {
        if (asSecondPayment) _payments.Add(_payments[1]);
        else _payments[0] = _payments[0] with { Charges = 2 };
        Violations().ShouldHaveSingleItem().ShouldStartWith("charged twice: order");
    }

    [Fact]
    public void Wrong_amount_is_found()
    {
        _payments[0] = _payments[0] with { Amount = 8m };
        Violations().ShouldBe(
            ["completed-is-paid: 1: the total is 7, but 8 was charged", "money-adds-up: all: 8 is kept, but 7 was earned"]);
    }

    [Fact]
    public void Completed_order_without_a_payment_is_found()
    {
        _payments[0] = _payments[0] with { Status = "FAILED", Charges = 0 };
        Violations().ShouldBe(
            ["completed-is-paid: 1: COMPLETED, but the payment is FAILED", "money-adds-up: all: 0 is kept, but 7 was earned"]);
    }

    [Fact]
    public void Failed_order_that_was_paid_is_found()
    {
        _payments[1] = _payments[1] with { Status = "COMPLETED", Charges = 1 };
        Violations().ShouldBe(
            ["abandoned-is-unpaid: 2: FAILED, but 7 of the customer's money is kept", "money-adds-up: all: 14 is kept, but 7 was earned"]);
    }

    [Fact]
    public void Cancelled_order_whose_refund_is_missing_is_found()
    {
        _payments[2] = _payments[2] with { Refunded = 0 };
        Violations().ShouldBe(
            [
                "abandoned-is-unpaid: 3: CANCELLED, but 7 of the customer's money is kept",
                "money-adds-up: all: 14 is kept, but 7 was earned",
            ]);
    }

    [Fact]
    public void Payment_that_is_refunded_twice_is_found()
    {
        _payments[2] = _payments[2] with { Refunded = 14m };
        Violations()[0].ShouldStartWith("refunded more than was paid: order 3");
    }

    [Fact]
    public void Stock_of_a_failed_order_that_is_still_held_is_found()
    {
        _reservations[1] = _reservations[1] with { Status = ReservationFact.Active };
        _stock[0] = new("P", 6, 2, 2, 10);
        var violations = Violations();
        violations.ShouldContain("abandoned-holds-nothing: 2: FAILED, but the reservation is ACTIVE");
        violations.ShouldContain("ended-is-not-held: 2: FAILED, but the reservation is ACTIVE");
        violations.ShouldContain(text => text.StartsWith("still held at the end: P", StringComparison.Ordinal));
        violations.Count.ShouldBe(3);
    }

    [Fact]
    public void Completed_order_whose_stock_was_given_back_is_found()
    {
        _reservations[0] = _reservations[0] with { Status = "RELEASED" };
        Violations().ShouldContain("completed-is-sold: 1: COMPLETED, but the reservation is RELEASED");
    }

    [Theory]
    [InlineData(9, 0, 2, 10, "stock not conserved")]
    [InlineData(9, 0, 2, 11, "10 were put on the shelf")]
    [InlineData(7, 1, 2, 10, "active reservations hold 0")]
    [InlineData(7, 0, 3, 10, "completed orders bought 2")]
    public void Piece_that_appears_or_disappears_is_found(int available, int reserved, int sold, int received, string found)
    {
        _stock[0] = new("P", available, reserved, sold, received);
        Violations().ShouldContain(text => text.StartsWith($"{found}: P: {available} available", StringComparison.Ordinal));
    }

    [Fact]
    public void Product_that_is_gone_is_found()
    {
        _stock.Clear();
        Violations().ShouldHaveSingleItem().ShouldBe("P is gone");
    }

    [Fact]
    public void What_belongs_to_no_order_is_found()
    {
        _reservations.Add(new(9, "RELEASED", ["P"], [1]));
        _payments.Add(new(9, "FAILED", 7m, 0, 0, 0));
        _notifications.Add(new(9, Told, NotificationFact.Email, 1));
        Violations().Count(text => text.StartsWith("orders-are-known: 9: ", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public void Customer_who_is_told_twice_or_not_at_all_is_found()
    {
        _notifications[0] = _notifications[0] with { Times = 2 };
        _notifications.RemoveAt(2);
        Violations().ShouldBe(
            [
                "ended-is-notified: 2: FAILED, but the customer was not notified",
                $"order 1 was told 2 times of event {Told} on channel EMAIL",
                "order 2 of B is FAILED; its customer has had 0 e-mail(s) and 0 text message(s)",
            ]);
    }

    [Fact]
    public void Second_notification_about_the_same_outcome_is_found()
    {
        _notifications.Add(new(1, Guid.NewGuid(), NotificationFact.Email, 1));
        Violations().ShouldHaveSingleItem().ShouldBe("order 1 of A is COMPLETED; its customer has had 2 e-mail(s) and 1 text message(s)");
    }

    [Fact]
    public void Innocent_dead_letter_and_poison_that_vanished_are_found()
    {
        _deadLetters[0] = _deadLetters[0] with { MessageId = "innocent" };
        Violations().ShouldBe(
            [
                "poison 'broken' (poison-1) was put into order-created-queue and is in no dead-letter queue",
                "an innocent message was put aside by Order: innocent {bad",
            ]);
    }

    [Fact]
    public void Message_that_is_left_in_a_queue_is_found()
    {
        _leftOver["order-created-queue"] = 3;
        Violations().ShouldHaveSingleItem().ShouldBe("left over: 3 in order-created-queue");
    }

    private IReadOnlyList<string> Violations() => ChaosChecks.Find(
        _history,
        new DatabaseSnapshot(_orders, _reservations, _stock, _payments, _notifications, _deadLetters, _leftOver) { Poison = _poison },
        Stocked);

    private void Add(OrderFact order)
    {
        _orders.Add(order);
        _notifications.Add(new(order.OrderId, Told, NotificationFact.Email, 1));
    }

    private static OrderRequest OrderRequest(string customer) => new(customer, [new OrderRequestLine("P", "Product", 2, 3.5m)]);

    private static OrderFact Order(long id, string customer, string status) =>
        new(id, customer, status, null, 7m, "P 2 3.50", TimeSpan.Zero);

    private static Placement Answered(string customer, long id, CancelOutcome cancel = CancelOutcome.NotTried)
    {
        var placement = new Placement(OrderRequest(customer), null) { Outcome = Outcome.Ok, Cancel = cancel };
        placement.OrderIds.Add(id);
        return placement;
    }
}
