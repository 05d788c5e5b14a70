using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests.Imports;

/// <summary>Stock that changes while a chunk with the same products is being written.</summary>
public sealed class ConcurrentStockTests(SmallChunks shared) : SystemTest, IClassFixture<SmallChunks>
{
    private readonly FulfillmentSystem _system = shared.System;
    private readonly ImportApi _imports = new(shared.System);

    [Theory]
    [InlineData("available_quantity = 4, sold_quantity = 1", 4, 0, 1)] // one piece was sold
    [InlineData("available_quantity = 0, reserved_quantity = 6, received_quantity = 6", 0, 6, 0)] // restocked, and reserved as a whole
    public async Task Product_that_is_as_the_file_says_is_left_alone_when_it_changes_before_the_others_are_written(
        string change, int available, int reserved, int sold)
    {
        var prefix = Catalogue.NewPrefix();
        var (held, equal) = ($"{prefix}A", $"{prefix}B");
        await _imports.RunAsync(Catalogue.Small($"{held},N,1,5", $"{equal},N,1,5"));
        long id;

        await using (var hold = new NpgsqlConnection(_system.Inventory.ConnectionString))
        {
            await hold.OpenAsync();
            await using var transaction = await hold.BeginTransactionAsync();
            await using (var take = new NpgsqlCommand(
                "UPDATE inventory_items SET available_quantity = 3, sold_quantity = 2 WHERE product_id = $1", hold))
            {
                take.Parameters.Add(new NpgsqlParameter<string> { TypedValue = held });
                await take.ExecuteNonQueryAsync();
            }

            id = await _imports.StartAsync(Catalogue.Small($"{held},N,1,9", $"{equal},N,1,5"));
            await Eventually.True("the chunk to wait for the row", () => _system.Inventory.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));
            await _system.Inventory.ExecuteAsync($"UPDATE inventory_items SET {change} WHERE product_id = $1", equal);
            await transaction.CommitAsync();
        }

        var import = await _imports.EndOfAsync(id);
        ImportApi.StateOf(import).ShouldBe("COMPLETED", import.ToString());
        Counts.Of(import).ShouldBe(new Counts(2, 2, Updated: 1, Unchanged: 1));
        (await _system.StockAsync(held)).ShouldBe((9, 0, 2));
        (await _system.StockAsync(equal)).ShouldBe((available, reserved, sold));
    }

    [Theory]
    [InlineData("upsert")]
    [InlineData("stockOnly")]
    public async Task Row_whose_stock_does_not_fit_beside_what_was_sold_is_rejected_and_the_others_are_imported(string mode)
    {
        var prefix = Catalogue.NewPrefix();
        await _imports.RunAsync(Catalogue.Small($"{prefix}1,N,1,5", $"{prefix}2,N,1,5"));
        await _system.Inventory.ExecuteAsync(
            "UPDATE inventory_items SET sold_quantity = 1500000000, received_quantity = 1500000005 WHERE product_id = $1", $"{prefix}1");

        var import = await _imports.RunAsync(Catalogue.Small($"{prefix}1,N,1,1000000000", $"{prefix}2,N,1,6"), $"?mode={mode}");

        ImportApi.StateOf(import).ShouldBe("COMPLETED", import.ToString());
        Counts.Of(import).ShouldBe(new Counts(2, 1, 1, Updated: 1));
        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldBe([new RowError(2, "Stock", "STOCK_TOO_LARGE")]);
        (await _system.StockAsync($"{prefix}1")).ShouldBe((5, 0, 1_500_000_000));
    }
}
