using CsCheck;
using Fulfillment.Contracts;
using Fulfillment.Inventory.ReserveStock;

namespace Modules.Tests.Inventory;

public sealed class ReservationDecisionTests
{
    [Fact]
    public void An_order_gets_all_of_its_items()
    {
        var (failures, taken) = Decide(Stock(("A", 5), ("B", 5)), [[Line("A", 2), Line("B", 3)]]);

        failures.ShouldBe([null]);
        taken.ShouldBe(Stock(("A", 2), ("B", 3)), ignoreOrder: true);
    }

    [Fact]
    public void An_order_that_lacks_one_item_gets_nothing()
    {
        var (failures, taken) = Decide(Stock(("A", 5), ("B", 2)), [[Line("A", 2), Line("B", 3)]]);

        failures.ShouldBe([new ReservationFailure("OUT_OF_STOCK", "B")]);
        taken.ShouldBeEmpty();
    }

    [Fact]
    public void An_unknown_product_is_told_from_one_that_is_out_of_stock()
    {
        var (failures, taken) = Decide(Stock(("A", 0)), [[Line("A", 1)], [Line("X", 1)]]);

        failures.ShouldBe([new ReservationFailure("OUT_OF_STOCK", "A"), new ReservationFailure("UNKNOWN_PRODUCT", "X")]);
        taken.ShouldBeEmpty();
    }

    [Fact]
    public void The_first_product_that_is_missing_is_named()
    {
        var (failures, _) = Decide(Stock(("A", 9), ("B", 0)), [[Line("A", 1), Line("B", 1), Line("X", 1)]]);

        failures[0]!.ProductId.ShouldBe("B");
    }

    [Fact]
    public void The_last_piece_goes_to_the_earlier_order()
    {
        var (failures, taken) = Decide(Stock(("A", 1)), [[Line("A", 1)], [Line("A", 1)]]);

        failures.ShouldBe([null, new ReservationFailure("OUT_OF_STOCK", "A")]);
        taken.ShouldBe(Stock(("A", 1)));
    }

    [Fact]
    public void Lines_whose_sum_is_larger_than_any_stock_are_out_of_stock()
    {
        var (failures, taken) = Decide(Stock(("A", 5)), [[Line("A", int.MaxValue), Line("A", int.MaxValue)], [Line("A", 5)]]);

        failures.ShouldBe([new ReservationFailure("OUT_OF_STOCK", "A"), null]);
        taken.ShouldBe(Stock(("A", 5)));
    }

    [Fact]
    public void An_order_takes_exactly_what_is_there()
    {
        var (failures, taken) = Decide(Stock(("A", 10_000)), [[Line("A", 10_000)]]);

        failures.ShouldBe([null]);
        taken["A"].ShouldBe(10_000);
    }

    [Fact]
    public void What_a_failed_order_wanted_is_left_for_the_next_one()
    {
        var (failures, taken) = Decide(Stock(("A", 3), ("B", 0)), [[Line("A", 3), Line("B", 1)], [Line("A", 3)]]);

        failures.ShouldBe([new ReservationFailure("OUT_OF_STOCK", "B"), null]);
        taken.ShouldBe(Stock(("A", 3)));
    }

    [Fact]
    public void Lines_of_one_product_count_together()
    {
        var (failures, taken) = Decide(Stock(("A", 5)), [[Line("A", 3), Line("A", 3)], [Line("A", 2), Line("A", 3)]]);

        failures.ShouldBe([new ReservationFailure("OUT_OF_STOCK", "A"), null]);
        taken.ShouldBe(Stock(("A", 5)));
    }

    [Fact]
    public void Products_that_differ_in_case_are_different()
    {
        var (failures, _) = Decide(Stock(("prod-1", 5)), [[Line("PROD-1", 1)]]);

        failures.ShouldBe([new ReservationFailure("UNKNOWN_PRODUCT", "PROD-1")]);
    }

    [Fact]
    public void Nothing_is_ever_oversold_and_an_order_is_served_exactly_when_its_pieces_were_there_at_its_turn()
    {
        var products = Gen.Int[0, 4].Select(i => "ABCDE"[i].ToString());
        var stock = Gen.Dictionary(products, Gen.Int[0, 20])[0, 5];
        var line = Gen.Select(products, Gen.Int[1, 8], Line);
        var orders = line.Array[1, 6].Array[1, 12];

        Gen.Select(stock, orders).Sample(
            (available, wanted) =>
            {
                var (failures, taken) = Decide(available, wanted);

                var left = new Dictionary<string, int>(available);
                for (var i = 0; i < wanted.Length; i++)
                {
                    var after = new Dictionary<string, int>(left);
                    foreach (var (product, _, quantity, _) in wanted[i])
                        after[product] = after.GetValueOrDefault(product, -1_000) - quantity;
                    var possible = after.Values.All(pieces => pieces >= 0);
                    if (failures[i] is null != possible) return false;
                    if (possible) left = after;
                }

                return available.All(item => taken.GetValueOrDefault(item.Key) == item.Value - left[item.Key] && left[item.Key] >= 0)
                    && taken.Keys.All(available.ContainsKey);
            },
            iter: 5_000);
    }

    private static (IReadOnlyList<ReservationFailure?> Failures, IReadOnlyDictionary<string, int> Taken) Decide(
        IReadOnlyDictionary<string, int> available, IReadOnlyList<IReadOnlyList<OrderLine>> orders) =>
        ReservationDecision.Decide(available, orders);

    private static Dictionary<string, int> Stock(params IReadOnlyList<(string Product, int Pieces)> items) =>
        items.ToDictionary(item => item.Product, item => item.Pieces);

    private static OrderLine Line(string product, int quantity) => new(product, $"Product {product}", quantity, 9.99m);
}
