using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>Many customers want the last pieces at the same time.</summary>
public abstract class LastPiecesTests(SharedSystem shared) : SystemTest
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Two_hundred_concurrent_orders_for_ten_pieces_sell_exactly_ten()
    {
        await _system.StockUpAsync("LAST-TEN", 10);

        var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => _system.PlaceAsync($"CUST-APPROVE-{n}", "LAST-TEN")));
        var orders = await Task.WhenAll(ids.Select(_system.EndOfAsync));

        ids.ShouldBeUnique();
        orders.Count(order => order.GetProperty("status").GetString() == "COMPLETED").ShouldBe(10);
        orders.Count(order => order.GetProperty("statusReason").GetString() == "OUT_OF_STOCK").ShouldBe(190);
        await _system.StockBecomesAsync("LAST-TEN", available: 0, reserved: 0, sold: 10);
        (await _system.Payments.ScalarAsync<long>("SELECT count(*) FROM payments WHERE order_id = ANY($1)", ids)).ShouldBe(10);
    }

    [Fact]
    public async Task Orders_that_want_the_same_products_in_opposite_order_all_end()
    {
        await _system.StockUpAsync("LEFT", 60);
        await _system.StockUpAsync("RIGHT", 60);

        var ids = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(n => PlaceBothAsync(n % 2 == 0 ? ["LEFT", "RIGHT"] : ["RIGHT", "LEFT"])));
        var orders = await Task.WhenAll(ids.Select(_system.EndOfAsync));

        orders.ShouldAllBe(order => order.GetProperty("status").GetString() == "COMPLETED");
        await _system.StockBecomesAsync("LEFT", available: 0, reserved: 0, sold: 60);
        await _system.StockBecomesAsync("RIGHT", available: 0, reserved: 0, sold: 60);
    }

    private Task<long> PlaceBothAsync(string[] products) => _system.PlaceAsync(new
    {
        customerId = "CUST-APPROVE",
        items = products.Select(product => new { productId = product, productName = product, quantity = 1, price = 1m }),
    });
}

[Collection<OneProcessCollection>]
public sealed class LastPiecesInOneInventoryTests(OneProcess shared) : LastPiecesTests(shared);

public sealed class LastPiecesInTwoInventoriesTests(TwoInventories shared) : LastPiecesTests(shared), IClassFixture<TwoInventories>;
