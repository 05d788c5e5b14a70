using Fulfillment.Order.PlaceOrder;

namespace Modules.Tests.Orders;

public sealed class PlaceOrderValidatorTests
{
    private static readonly PlaceOrderValidator Validator = new();
    private static readonly PlaceOrderLine Lamp = new("PROD-1", "Lamp", 2, 29.99m);

    public static TheoryData<decimal> AllowedPrices => [0m, 0.01m, 29.9m, 29.990m, 999_999.99m, 1_000_000m];

    public static TheoryData<decimal> OutlandishPrices => [-0.01m, 1_000_000.01m, decimal.MinValue, decimal.MaxValue];

    public static TheoryData<decimal> UnpayablePrices => [0.001m, 29.999m, 0.0000000000000000000000000001m];

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void An_order_may_have_1_to_100_lines(int lines) => Mistakes([.. Enumerable.Repeat(Lamp, lines)]).ShouldBeEmpty();

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    [InlineData(10_000)]
    public void An_order_of_no_lines_or_too_many_is_refused(int lines) =>
        Mistakes([.. Enumerable.Repeat(Lamp, lines)]).ShouldBe(["items: must have 1 to 100 entries"]);

    [Fact]
    public void The_lines_of_an_order_that_is_too_long_are_not_looked_into() =>
        Mistakes([.. Enumerable.Repeat(Lamp with { Quantity = 0 }, 101)]).ShouldBe(["items: must have 1 to 100 entries"]);

    [Theory]
    [InlineData(1)]
    [InlineData(10_000)]
    public void A_line_may_have_1_to_10000_pieces(int quantity) => Mistakes(Lamp with { Quantity = quantity }).ShouldBeEmpty();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_001)]
    [InlineData(int.MaxValue)]
    public void Any_other_quantity_is_refused(int quantity) =>
        Mistakes(Lamp with { Quantity = quantity }).ShouldBe(["items[0].quantity: must be from 1 to 10000"]);

    [Theory]
    [MemberData(nameof(AllowedPrices))]
    public void A_price_has_at_most_two_decimals_and_goes_to_a_million(decimal price) =>
        Mistakes(Lamp with { Price = price }).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(OutlandishPrices))]
    public void A_price_out_of_range_is_refused(decimal price) =>
        Mistakes(Lamp with { Price = price }).ShouldBe(["items[0].price: must be from 0 to 1000000"]);

    [Theory]
    [MemberData(nameof(UnpayablePrices))]
    public void A_price_with_more_decimals_is_refused(decimal price) =>
        Mistakes(Lamp with { Price = price }).ShouldBe(["items[0].price: must have at most two decimals"]);

    [Theory]
    [InlineData("C")]
    [InlineData("CUST 1")]
    [InlineData("Čüst-1/ä'\"<>;--")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void An_id_has_1_to_64_printable_characters(string id)
    {
        Validator.MistakesIn(new PlaceOrderRequest(id, [Lamp])).ShouldBeEmpty();
        Mistakes(Lamp with { ProductId = id }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("CUST\0")]
    [InlineData("CUST\n1")]
    [InlineData("CUST\u007f")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Any_other_id_is_refused(string id)
    {
        Validator.MistakesIn(new PlaceOrderRequest(id, [Lamp])).ShouldBe(["customerId: must be 1 to 64 printable characters"]);
        Mistakes(Lamp with { ProductId = id }).ShouldBe(["items[0].productId: must be 1 to 64 printable characters"]);
    }

    [Fact]
    public void Every_mistake_is_reported_at_its_place() =>
        Validator.MistakesIn(new PlaceOrderRequest("", [Lamp, Lamp with { ProductName = "", Quantity = 0 }])).ShouldBe(
            [
                "customerId: must be 1 to 64 printable characters",
                "items[1].productName: must be 1 to 200 characters without control characters",
                "items[1].quantity: must be from 1 to 10000",
            ],
            ignoreOrder: true);

    [Fact]
    public void A_line_that_is_null_is_refused() => Mistakes(Lamp, null!).ShouldBe(["items[1]: must not be null"]);

    [Fact]
    public void The_total_is_the_sum_of_all_lines()
    {
        var order = new NewOrder(new PlaceOrderRequest("CUST-1", [Lamp, new PlaceOrderLine("PROD-2", "Table", 10_000, 999_999.99m)]));

        order.Total.ShouldBe(9_999_999_959.98m);
    }

    [Fact]
    public void The_largest_order_fits_into_the_column_of_its_total()
    {
        var largest = new PlaceOrderRequest("CUST-1", [.. Enumerable.Repeat(new PlaceOrderLine("P", "P", 10_000, 1_000_000m), 100)]);

        Validator.MistakesIn(largest).ShouldBeEmpty();
        new NewOrder(largest).Total.ShouldBeLessThan(1e17m, "numeric(19,2) holds seventeen digits before the point");
    }

    private static IReadOnlyList<string> Mistakes(params IReadOnlyList<PlaceOrderLine> lines) =>
        Validator.MistakesIn(new PlaceOrderRequest("CUST-1", lines));
}
