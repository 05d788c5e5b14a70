using Fulfillment.Order;
using Fulfillment.Order.UpdateOrderStatus;

namespace Modules.Tests.Orders;

public sealed class OrderStatusTests
{
    private static readonly OrderStatus[] Terminal = [OrderStatus.Completed, OrderStatus.Failed, OrderStatus.Cancelled];

    private static readonly Dictionary<string, StatusChange[]> Stories = new()
    {
        ["paid"] = [new(1, OrderStatus.Confirmed), new(1, OrderStatus.Completed)],
        ["declined"] = [new(1, OrderStatus.Confirmed), new(1, OrderStatus.Failed, "PAYMENT_DECLINED")],
        ["out of stock"] = [new(1, OrderStatus.Failed, "OUT_OF_STOCK")],
    };

    [Theory]
    [InlineData("paid", OrderStatus.Completed, null)]
    [InlineData("declined", OrderStatus.Failed, "PAYMENT_DECLINED")]
    [InlineData("out of stock", OrderStatus.Failed, "OUT_OF_STOCK")]
    public void An_order_ends_the_same_in_whatever_order_its_events_arrive(string story, OrderStatus end, string? reason)
    {
        var arrivals = Arrivals(Stories[story]).ToList();
        arrivals.Count.ShouldBeGreaterThan(1);
        foreach (var batches in arrivals)
        {
            var (status, why, trace) = Live(batches);

            status.ShouldBe(end, Describe(batches));
            why.ShouldBe(reason, Describe(batches));
            trace.ShouldBeInOrder();
            trace.SkipWhile(step => !step.IsTerminal()).Distinct().Count().ShouldBe(1, Describe(batches));
        }
    }

    [Fact]
    public void Orders_in_one_batch_do_not_disturb_each_other()
    {
        StatusChange[] changes =
        [
            new(1, OrderStatus.Completed), new(2, OrderStatus.Failed, "OUT_OF_STOCK"), new(3, OrderStatus.Confirmed),
            new(1, OrderStatus.Confirmed), new(2, OrderStatus.Failed, "PAYMENT_DECLINED"), new(3, OrderStatus.Failed, "PAYMENT_DECLINED"),
        ];

        var (after, moved, last) = OrderStatusTransition.Decide(
            new Dictionary<long, OrderStatus> { [1] = OrderStatus.Pending, [2] = OrderStatus.Pending, [3] = OrderStatus.Pending }, changes);

        moved.ShouldBe([true, true, true, false, false, true]);
        after.ShouldBe(
            [
                OrderStatus.Completed, OrderStatus.Failed, OrderStatus.Confirmed,
                OrderStatus.Completed, OrderStatus.Failed, OrderStatus.Failed,
            ]);
        last.ShouldBe([changes[0], changes[1], changes[5]], ignoreOrder: true);
    }

    [Fact]
    public void An_order_that_is_unknown_is_not_moved()
    {
        var (after, moved, changes) = OrderStatusTransition.Decide(
            new Dictionary<long, OrderStatus>(), [new StatusChange(1, OrderStatus.Completed)]);

        after.ShouldBe([null]);
        moved.ShouldBe([false]);
        changes.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_stored_is_left_as_it_was()
    {
        var stored = new Dictionary<long, OrderStatus> { [1] = OrderStatus.Pending };

        OrderStatusTransition.Decide(stored, [new StatusChange(1, OrderStatus.Completed)]).Changes.ShouldHaveSingleItem();

        stored[1].ShouldBe(OrderStatus.Pending);
    }

    [Fact]
    public void No_state_is_left_backward_and_no_terminal_state_is_left_at_all()
    {
        foreach (var current in Enum.GetValues<OrderStatus>())
        {
            foreach (var target in Enum.GetValues<OrderStatus>())
            {
                var next = OrderStatusMachine.Move(current, target);

                if (Terminal.Contains(current)) next.ShouldBe(current);
                else next.ShouldBe(current < target ? target : current);
            }
        }
    }

    [Fact]
    public void Completed_failed_and_cancelled_are_terminal() =>
        Enum.GetValues<OrderStatus>().Where(OrderStatusMachine.IsTerminal).ShouldBe(Terminal);

    [Fact]
    public void The_states_are_in_the_order_of_the_type_of_the_database() =>
        Enum.GetNames<OrderStatus>().ShouldBe(["Pending", "Confirmed", "Completed", "Failed", "Cancelled"]);

    /// <summary>Plays batches against a stored order, as StatusWriter does.</summary>
    private static (OrderStatus Status, string? Reason, IReadOnlyList<OrderStatus> Trace) Live(IReadOnlyList<StatusChange[]> batches)
    {
        var stored = new Dictionary<long, OrderStatus> { [1] = OrderStatus.Pending };
        string? reason = null;
        var trace = new List<OrderStatus> { OrderStatus.Pending };
        foreach (var batch in batches)
        {
            var (_, moved, changes) = OrderStatusTransition.Decide(stored, batch);
            moved.Any(did => did).ShouldBe(changes.Count > 0, Describe(batches));
            foreach (var change in changes) (stored[change.OrderId], reason) = (change.Target, change.Reason);
            trace.Add(stored[1]);
        }

        return (stored[1], reason, trace);
    }

    /// <summary>Every order of the events, each of them once or twice, cut into batches in every way.</summary>
    private static IEnumerable<IReadOnlyList<StatusChange[]>> Arrivals(StatusChange[] events) =>
        from doubled in Enumerable.Range(0, 1 << events.Length)
        let delivered = events.Concat(events.Where((_, i) => (doubled & (1 << i)) != 0)).ToArray()
        from sequence in Permutations(delivered)
        from cuts in Enumerable.Range(0, 1 << (sequence.Length - 1))
        select Cut(sequence, cuts);

    private static IEnumerable<StatusChange[]> Permutations(StatusChange[] events) => events.Length <= 1
        ? [events]
        : events.SelectMany(
            (first, i) => Permutations([.. events.Where((_, j) => j != i)]).Select(rest => (StatusChange[])[first, .. rest]));

    private static List<StatusChange[]> Cut(StatusChange[] sequence, int cuts)
    {
        var batches = new List<StatusChange[]>();
        var start = 0;
        for (var i = 1; i <= sequence.Length; i++)
        {
            if (i < sequence.Length && (cuts & (1 << (i - 1))) == 0) continue;
            batches.Add(sequence[start..i]);
            start = i;
        }

        return batches;
    }

    private static string Describe(IReadOnlyList<StatusChange[]> batches) =>
        string.Join(" | ", batches.Select(batch => string.Join(", ", batch.Select(change => change.Target))));
}
