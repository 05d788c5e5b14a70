using System.Collections.Concurrent;
using System.Globalization;
using Fulfillment.Order;

namespace Modules.Tests.Simulation;

public sealed class SimulationTests
{
    /// <summary>Rules that each lose, double or mislead something when they are broken.</summary>
    private static readonly Dictionary<string, Rules> Broken = new()
    {
        ["an order is complete when it is paid, sold or not"] = Rules.AsBuilt with { Paid = OrderStatus.Completed },
        ["messages are acknowledged before their outcome is published"] = Rules.AsBuilt with { AcknowledgesFirst = true },
        ["a cancel that overtakes the order leaves nothing behind"] = Rules.AsBuilt with { CancelLeavesTombstone = false },
        ["a charge that comes through late is kept"] = Rules.AsBuilt with { LateChargeIsRefunded = false },
        ["an outcome gets another id when it is published again"] = Rules.AsBuilt with { RedeliveryFindsItsOutcome = false },
    };

    public static TheoryData<string> BrokenRules => [.. Broken.Keys];

    /// <summary>An approved or declined payment, crossed by a cancel, by an expiry, or by both.</summary>
    public static TheoryData<bool, bool, bool> Crossings =>
    [
        (true, false, false), (true, true, false), (true, false, true), (true, true, true),
        (false, false, false), (false, true, false), (false, false, true), (false, true, true),
    ];

    private static int Schedules =>
        int.Parse(Environment.GetEnvironmentVariable("SIMULATION_SCHEDULES") ?? "10000", CultureInfo.InvariantCulture);

    [Fact]
    public void Every_random_schedule_ends_in_a_legal_state()
    {
        var (faults, ends) = (new ConcurrentDictionary<string, int>(), new ConcurrentDictionary<OrderStatus, int>());

        Parallel.For(0, Schedules, seed =>
        {
            var schedule = Schedule.Run(seed, Rules.AsBuilt);
            foreach (var (kind, count) in schedule.Faults) faults.AddOrUpdate(kind, count, (_, sum) => sum + count);
            foreach (var order in schedule.Model.Orders.Values) ends.AddOrUpdate(order.Status, 1, (_, sum) => sum + 1);
        });

        // A simulation in which nothing goes wrong would prove nothing.
        faults.Count.ShouldBe(6);
        faults.Values.ShouldAllBe(count => count > Schedules / 20);
        ends.Keys.ShouldBe([OrderStatus.Completed, OrderStatus.Failed, OrderStatus.Cancelled], ignoreOrder: true);
        ends.Values.ShouldAllBe(count => count > Schedules / 20);
    }

    [Theory]
    [MemberData(nameof(BrokenRules))]
    public void A_broken_rule_is_found(string rule)
    {
        var found = Should.Throw<BrokenRuleException>(() =>
        {
            for (var seed = 0; seed < 10_000; seed++) Schedule.Run(seed, Broken[rule]);
        });

        found.Message.ShouldStartWith("Seed ");
        TestContext.Current.TestOutputHelper!.WriteLine(found.Message);
    }

    [Fact]
    public void The_same_seed_is_the_same_schedule()
    {
        var rule = Broken["messages are acknowledged before their outcome is published"];
        var seed = Enumerable.Range(0, 10_000).First(seed => Failure(seed, rule) is not null);

        Failure(seed, rule).ShouldBe(Failure(seed, rule));
    }

    [Theory]
    [MemberData(nameof(Crossings))]
    public void Every_interleaving_of_the_events_of_an_order_ends_in_a_legal_state(bool approved, bool cancels, bool expires)
    {
        var search = StateSpaceSearch.Run(approved, cancels, expires, Rules.AsBuilt);

        search.Ends.ShouldBeGreaterThan(0);
        TestContext.Current.TestOutputHelper!.WriteLine($"{search.States} states, {search.Ends} ends");
    }

    [Fact]
    public void Every_interleaving_of_a_cancel_with_an_order_that_gets_no_stock_ends_in_a_legal_state() =>
        StateSpaceSearch.Run(approved: true, cancels: true, expires: false, Rules.AsBuilt, stock: 0).Ends.ShouldBeGreaterThan(0);

    [Theory]
    [MemberData(nameof(BrokenRules))]
    public void A_broken_rule_is_found_among_the_interleavings(string rule) => Should.Throw<BrokenRuleException>(() =>
    {
        foreach (var (approved, cancels, expires) in Crossings.Select(crossing => crossing.Data))
            StateSpaceSearch.Run(approved, cancels, expires, Broken[rule]);
    });

    private static string? Failure(int seed, Rules rules)
    {
        try
        {
            Schedule.Run(seed, rules);
            return null;
        }
        catch (BrokenRuleException e)
        {
            return e.Message;
        }
    }
}
