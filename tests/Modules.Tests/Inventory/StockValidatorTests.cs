using Fulfillment.Inventory.ManageStock;

namespace Modules.Tests.Inventory;

public sealed class StockValidatorTests
{
    private static readonly SetStockValidator Set = new();
    private static readonly AdjustStockValidator Adjust = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000_000)]
    public void Stock_may_be_set_from_zero_to_a_billion(int pieces) =>
        Set.MistakesIn(("PROD-1", new SetStockRequest("Lamp", pieces))).ShouldBeEmpty();

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000_001)]
    [InlineData(int.MinValue)]
    public void Stock_beyond_that_is_refused(int pieces) =>
        Set.MistakesIn(("PROD-1", new SetStockRequest("Lamp", pieces))).ShouldBe(["availableQuantity: must be from 0 to 1000000000"]);

    [Fact]
    public void Each_wrong_field_of_a_stock_is_named() =>
        Set.MistakesIn((" ", new SetStockRequest("", -1))).Select(mistake => mistake.Split(':')[0])
            .ShouldBe(["productId", "productName", "availableQuantity"]);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    [InlineData(-1_000_000_000)]
    public void Stock_may_be_adjusted_both_ways(int delta) =>
        Adjust.MistakesIn(new AdjustStockRequest(delta, "counted", 0)).ShouldBeEmpty();

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000_001)]
    [InlineData(int.MinValue)]
    public void An_adjustment_by_nothing_or_by_too_much_is_refused(int delta) =>
        Adjust.MistakesIn(new AdjustStockRequest(delta, "counted")).ShouldBe(["delta: must be from -1000000000 to 1000000000 and not 0"]);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("line\nbreak")]
    public void An_adjustment_needs_a_readable_reason(string reason) =>
        Adjust.MistakesIn(new AdjustStockRequest(1, reason)).ShouldBe(["reason: must be 1 to 200 characters without control characters"]);

    [Fact]
    public void A_reason_has_at_most_200_characters()
    {
        Adjust.MistakesIn(new AdjustStockRequest(1, new string('x', 200))).ShouldBeEmpty();
        Adjust.MistakesIn(new AdjustStockRequest(1, new string('x', 201))).ShouldHaveSingleItem();
    }

    [Fact]
    public void The_expected_stock_is_not_negative() =>
        Adjust.MistakesIn(new AdjustStockRequest(1, "counted", -1)).ShouldBe(["expectedAvailable: must not be negative"]);
}
