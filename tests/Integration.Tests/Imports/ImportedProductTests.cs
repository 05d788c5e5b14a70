using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

[Collection<OneProcessCollection>]
public sealed class ImportedProductTests(OneProcess shared) : SystemTest
{
    private readonly FulfillmentSystem _system = shared.System;
    private readonly ImportApi _imports = new(shared.System);

    [Fact]
    public async Task Imported_product_can_be_ordered_at_once_and_what_was_sold_stays_sold()
    {
        var product = $"{Catalogue.NewPrefix()}1";
        await _imports.RunAsync(Catalogue.Small($"{product},N,9.99,10"));

        var id = await _system.PlaceAsync("CUST-APPROVE-1", product, quantity: 3);
        (await _system.EndOfAsync(id)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        await _system.StockBecomesAsync(product, available: 7, reserved: 0, sold: 3);
        var import = await _imports.RunAsync(Catalogue.Small($"{product},N,9.99,20"));

        Counts.Of(import).ShouldBe(new Counts(1, 1, Updated: 1));
        (await _system.StockAsync(product)).ShouldBe((20, 0, 3));
        (await _system.Inventory.ScalarAsync<int>("SELECT received_quantity FROM inventory_items WHERE product_id = $1", product))
            .ShouldBe(23);
    }

    [Fact]
    public async Task Same_file_again_writes_no_row()
    {
        var prefix = Catalogue.NewPrefix();
        var file = Catalogue.Of(prefix, 500);
        await _imports.RunAsync(file);
        var before = await _imports.VersionsAsync(prefix);

        var again = await _imports.RunAsync(file);

        Counts.Of(again).ShouldBe(new Counts(500, 500, Unchanged: 500));
        (await _imports.VersionsAsync(prefix)).ShouldBe(before);
    }

    [Theory]
    [InlineData("Name", "Other")]
    [InlineData("Description", "Other")]
    [InlineData("Brand", "Other")]
    [InlineData("Category", "Other")]
    [InlineData("Price", "9.98")]
    [InlineData("Currency", "USD")]
    [InlineData("Stock", "6")]
    [InlineData("EAN", "400124")]
    [InlineData("Color", "Blue")]
    [InlineData("Size", "S")]
    [InlineData("Availability", "sold_out")]
    [InlineData("Index", "78")]
    public async Task Change_of_any_column_is_an_update(string column, string value)
    {
        var product = $"{Catalogue.NewPrefix()}1";
        string[] cells = ["77", "N", "D", "B", "C", "9.99", "EUR", "5", "400123", "Red", "XL", "in_stock", product];
        await _imports.RunAsync($"{Catalogue.Full}\n{string.Join(',', cells)}\n");
        cells[Array.IndexOf(Catalogue.Full.Split(','), column)] = value;

        var import = await _imports.RunAsync($"{Catalogue.Full}\n{string.Join(',', cells)}\n");

        Counts.Of(import).ShouldBe(new Counts(1, 1, Updated: 1));
        var read = await _system.GetAsync(
            "Inventory", column == "Stock" ? $"/api/inventory/items/{product}" : $"/api/inventory/products/{product}");
        read.GetProperty(column switch { "Stock" => "availableQuantity", "EAN" => "ean", _ => column.ToLowerInvariant() })
            .ToString().ShouldBe(value);
    }

    [Fact]
    public async Task Product_with_stock_only_gets_its_catalogue_data_from_an_import()
    {
        var product = $"{Catalogue.NewPrefix()}1";
        await _system.StockUpAsync(product, 5);

        var import = await _imports.RunAsync(Catalogue.Small($"{product},N,1,8"));

        ImportApi.StateOf(import).ShouldBe("COMPLETED");
        Counts.Of(import).Failed.ShouldBe(0);
        (await _imports.ProductsAsync(product)).ShouldBe([$"{product}|N||1.00|8"]);
    }
}

public sealed class ReservedProductImportTests(NoPaymentModule shared) : SystemTest, IClassFixture<NoPaymentModule>
{
    private readonly FulfillmentSystem _system = shared.System;
    private readonly ImportApi _imports = new(shared.System);

    [Theory]
    [InlineData("upsert")]
    [InlineData("stockOnly")]
    public async Task What_is_reserved_stays_reserved_and_no_stock_goes_below_it(string mode)
    {
        var product = $"{Catalogue.NewPrefix()}1";
        await _imports.RunAsync(Catalogue.Small($"{product},N,1,10"));
        await _system.PlaceAsync("CUST-APPROVE-1", product, quantity: 4);
        await _system.StockBecomesAsync(product, available: 6, reserved: 4, sold: 0);

        await _imports.RunAsync(Catalogue.Small($"{product},N,1,20"), $"?mode={mode}");
        (await _system.StockAsync(product)).ShouldBe((16, 4, 0));
        var before = await _imports.VersionsAsync(product);
        var below = await _imports.RunAsync(Catalogue.Small($"{product},Other,2,3"), $"?mode={mode}");
        Counts.Of(below).ShouldBe(new Counts(1, Failed: 1));
        (await _imports.ErrorsAsync(ImportApi.IdOf(below))).ShouldBe([new RowError(2, "Stock", "STOCK_BELOW_RESERVED")]);
        (await _imports.VersionsAsync(product)).ShouldBe(before);
        var all = await _imports.RunAsync(Catalogue.Small($"{product},N,1,4"), $"?mode={mode}");

        Counts.Of(all).ShouldBe(new Counts(1, 1, Updated: 1));
        (await _system.StockAsync(product)).ShouldBe((0, 4, 0));
        Counts.Of(await _imports.RunAsync(Catalogue.Small($"{product},N,1,4"), $"?mode={mode}")).ShouldBe(new Counts(1, 1, Unchanged: 1));
    }
}
