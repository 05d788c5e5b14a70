using Fulfillment.Payment;
using Fulfillment.Payment.Simulate;
using Microsoft.Extensions.Time.Testing;

namespace Modules.Tests.Payments;

public sealed class SimulatedGatewayTests
{
    private const int Orders = 10_000;

    [Fact]
    public async Task The_same_order_gets_the_same_answer_again()
    {
        var first = await ChargeAllAsync(0.8, seed: 1);
        var again = await ChargeAllAsync(0.8, seed: 1);

        again.ShouldBe(first);
    }

    [Fact]
    public async Task Another_seed_makes_another_series()
    {
        var first = await ChargeAllAsync(0.8, seed: 1);
        var other = await ChargeAllAsync(0.8, seed: 2);

        first.Zip(other).Count(pair => pair.First.Decline is null != pair.Second.Decline is null).ShouldBeInRange(Orders / 10, Orders / 2);
    }

    [Theory]
    [InlineData(0.0, 0, 0)]
    [InlineData(0.8, 7_850, 8_150)]
    [InlineData(1.0, Orders, Orders)]
    public async Task As_many_charges_succeed_as_the_rate_says(double rate, int atLeast, int atMost)
    {
        var results = await ChargeAllAsync(rate);

        results.Count(result => result.Decline is null).ShouldBeInRange(atLeast, atMost);
    }

    [Fact]
    public async Task Certain_customers_are_certain_whatever_the_rate_is()
    {
        (await ChargeAllAsync(0.0, customer: "CUST-APPROVE-1")).ShouldAllBe(result => result.Decline == null);
        (await ChargeAllAsync(1.0, customer: "CUST-DECLINE")).ShouldAllBe(result => result.Decline != null);
    }

    [Fact]
    public async Task Transactions_have_the_agreed_format_and_are_told_apart()
    {
        var results = await ChargeAllAsync(0.8);

        results.ShouldAllBe(result => System.Text.RegularExpressions.Regex.IsMatch(result.TransactionId, "^TXN-[0-9A-F]{8}$"));
        results.DistinctBy(result => result.TransactionId).Count().ShouldBeGreaterThan(Orders - 10);
    }

    [Fact]
    public async Task A_decline_says_why_in_code_and_in_words()
    {
        var declines = (await ChargeAllAsync(0.0)).Select(result => result.Decline!).Distinct().ToList();

        declines.Select(decline => decline.ErrorCode).ShouldBe(["INSUFFICIENT_FUNDS", "CARD_EXPIRED", "CARD_DECLINED"], ignoreOrder: true);
        declines.ShouldAllBe(decline => decline.Reason.Length > 0);
    }

    [Fact]
    public async Task The_same_refund_gets_the_same_transaction_again_which_no_other_has()
    {
        var gateway = Gateway(0.8, new SimulatorOptions().Seed);
        var charged = (await gateway.ChargeAsync(new Charge(7, "CUST-APPROVE", 10m), TestContext.Current.CancellationToken)).TransactionId;

        var refunds = new List<string>();
        foreach (var id in new[] { 7, 7, 8 })
            refunds.Add(
                (await gateway.RefundAsync(new RefundOrder(id, charged, 10m), TestContext.Current.CancellationToken)).TransactionId);

        refunds[1].ShouldBe(refunds[0]);
        new[] { charged, refunds[0], refunds[2] }.ShouldBeUnique();
        refunds.ShouldAllBe(id => System.Text.RegularExpressions.Regex.IsMatch(id, "^TXN-[0-9A-F]{8}$"));
    }

    [Fact]
    public async Task It_takes_as_long_as_it_is_told_to()
    {
        var time = new FakeTimeProvider();
        var gateway = new SimulatedGateway(_ => Task.FromResult(new SimulatorSettings(1, new LatencyRange(100, 200), 1)), time);

        var charging = gateway.ChargeAsync(new Charge(1, "CUST-1", 10m), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(99));
        charging.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromMilliseconds(101));
        (await charging).Decline.ShouldBeNull();
    }

    private static SimulatedGateway Gateway(double rate, int seed) =>
        new(_ => Task.FromResult(new SimulatorSettings(rate, new LatencyRange(0, 0), seed)), TimeProvider.System);

    private static async Task<IReadOnlyList<ChargeResult>> ChargeAllAsync(double rate, int seed = 0, string customer = "CUST-1")
    {
        var gateway = Gateway(rate, seed);
        var results = new List<ChargeResult>();
        for (var order = 1; order <= Orders; order++)
            results.Add(await gateway.ChargeAsync(new Charge(order, customer, 59.98m), TestContext.Current.CancellationToken));
        return results;
    }
}
