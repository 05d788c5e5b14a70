using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>What the query of an upload decides. Chunks are small: what is said of a file holds across its chunks.</summary>
public sealed class ImportRuleTests(SmallChunks shared) : SystemTest, IClassFixture<SmallChunks>
{
    private readonly ImportApi _imports = new(shared.System);

    [Theory]
    [InlineData("", 1, 3)]
    [InlineData("last", 1, 3)]
    [InlineData("last", 200, 3)]
    [InlineData("first", 1, 1)]
    [InlineData("first", 200, 1)]
    [InlineData("error", 1, 1)]
    [InlineData("error", 200, 1)]
    public async Task Of_rows_with_the_same_key_one_counts_wherever_they_are(string duplicates, int distance, int stock)
    {
        var prefix = Catalogue.NewPrefix();
        var rows = (2 * distance) + 1;
        // The rows 1, 1 + distance and 1 + 2 * distance have the same key, and 1, 2 and 3 in stock.
        var file = Catalogue.Of(
            prefix, rows,
            n => (n - 1) % distance == 0 ? Catalogue.Line(prefix, n, $"{prefix}SAME", stock: $"{1 + ((n - 1) / distance)}") : null);

        var import = await _imports.RunAsync(file, duplicates.Length == 0 ? "" : $"?duplicates={duplicates}");

        if (distance > 1) import.GetProperty("chunks").GetInt32().ShouldBeGreaterThan(5);
        var refused = duplicates == "error" ? 2 : 0;
        Counts.Of(import).ShouldBe(new Counts(rows, rows - refused, refused, Inserted: rows - 2, Superseded: 2 - refused));
        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldBe(
            new[] { distance + 2, (2 * distance) + 2 }.Take(refused).Select(row => new RowError(row, "Internal ID", "DUPLICATE_KEY")));
        (await shared.System.StockAsync($"{prefix}SAME")).ShouldBe((stock, 0, 0));
    }

    [Theory]
    [InlineData("ean", "EAN")]
    [InlineData("index", "Index")]
    public async Task Another_column_can_be_the_key(string key, string column)
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync(
            $"Name,{column},Internal ID,Price,Stock\nN,{prefix}1,7,1,5\nM,{prefix}2,7,2,6\nO,,7,2,6\n", $"?key={key}");

        Counts.Of(import).ShouldBe(new Counts(Total: 3, Processed: 2, Failed: 1, Inserted: 2));
        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldBe([new RowError(4, column, "MISSING_VALUE")]);
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|5", $"{prefix}2|M||2.00|6"]);
        (await shared.System.GetAsync("Inventory", $"/api/inventory/products/{prefix}1"))
            .GetProperty("internalId").GetString().ShouldBe("7");
    }

    [Fact]
    public async Task Small_internal_ids_that_repeat_are_few_products_and_as_many_as_rows_by_index()
    {
        var prefix = Catalogue.NewPrefix();
        var file = string.Concat(Enumerable.Range(1, 1_000).Select(n => $"{prefix}{n},Product {n},1,{n},{prefix}ID-{n % 100}\n"));

        var byId = await _imports.RunAsync($"Index,Name,Price,Stock,Internal ID\n{file}");
        var byIndex = await _imports.RunAsync($"Index,Name,Price,Stock,Internal ID\n{file}", "?key=index");

        Counts.Of(byId).ShouldBe(new Counts(1_000, 1_000, Inserted: 100, Superseded: 900));
        (await shared.System.StockAsync($"{prefix}ID-7")).Available.ShouldBe(907);
        Counts.Of(byIndex).ShouldBe(new Counts(1_000, 1_000, Inserted: 1_000));
    }

    [Fact]
    public async Task Known_products_stay_as_they_are_under_insertOnly()
    {
        var prefix = Catalogue.NewPrefix();
        await _imports.RunAsync(Catalogue.Small($"{prefix}1,N,1,5"));
        var before = await _imports.VersionsAsync($"{prefix}1");

        var import = await _imports.RunAsync(Catalogue.Small($"{prefix}1,Other,9,9", $"{prefix}2,M,2,6"), "?mode=insertOnly");

        Counts.Of(import).ShouldBe(new Counts(2, 2, Inserted: 1, Unchanged: 1));
        (await _imports.VersionsAsync($"{prefix}1")).ShouldBe(before);
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|5", $"{prefix}2|M||2.00|6"]);
    }

    [Fact]
    public async Task Stock_alone_changes_under_stockOnly_and_unknown_products_are_refused()
    {
        var prefix = Catalogue.NewPrefix();
        await _imports.RunAsync(Catalogue.Small($"{prefix}1,N,1,5", $"{prefix}2,M,2,6"));

        var import = await _imports.RunAsync($"Stock,Internal ID\n50,{prefix}1\n6,{prefix}2\n7,{prefix}3\n", "?mode=stockOnly");
        var other = await _imports.RunAsync(Catalogue.Small($"{prefix}2,Other,9,60"), "?mode=stockOnly");

        Counts.Of(import).ShouldBe(new Counts(3, 2, 1, Updated: 1, Unchanged: 1));
        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldBe([new RowError(4, "Internal ID", "UNKNOWN_PRODUCT")]);
        Counts.Of(other).ShouldBe(new Counts(1, 1, Updated: 1));
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|50", $"{prefix}2|M||2.00|60"]);
    }

    [Fact]
    public async Task Dry_run_writes_nothing_and_tells_what_the_real_one_will_do()
    {
        var prefix = Catalogue.NewPrefix();
        await _imports.RunAsync(Catalogue.Of(prefix, 100));
        var before = await _imports.VersionsAsync(prefix);
        // Known and unchanged, known and changed, repeated, wrong and new.
        var file = Catalogue.Of(prefix, 300, n => n switch
        {
            > 20 and <= 60 => Catalogue.Line(prefix, n, stock: "777"),
            > 150 and <= 160 => Catalogue.Line(prefix, n, price: "-1"),
            > 250 => Catalogue.Line(prefix, n - 100),
            _ => null,
        });

        var dry = await _imports.RunAsync(file, "?dryRun=true");
        (await _imports.VersionsAsync(prefix)).ShouldBe(before);
        var real = await _imports.RunAsync(file);

        Counts.Of(dry).ShouldBe(Counts.Of(real));
        Counts.Of(real).ShouldBe(new Counts(300, 290, 10, Inserted: 150, Updated: 40, Unchanged: 60, Superseded: 40));
        dry.GetProperty("dryRun").GetBoolean().ShouldBeTrue();
        (await _imports.ErrorsAsync(ImportApi.IdOf(dry))).ShouldBe(await _imports.ErrorsAsync(ImportApi.IdOf(real)));
    }

    [Fact]
    public async Task Too_many_errors_end_an_import_and_a_higher_limit_finishes_it()
    {
        var prefix = Catalogue.NewPrefix();
        var file = Catalogue.Of(prefix, 1_000, n => n % 50 == 0 ? Catalogue.Line(prefix, n, price: "free") : null);

        var failed = await _imports.RunAsync(file, "?maxErrors=5");
        var id = ImportApi.IdOf(failed);
        ImportApi.StateOf(failed).ShouldBe("FAILED");
        failed.GetProperty("stateReason").GetString()!.ShouldStartWith("TOO_MANY_ERRORS");
        await _imports.ObeyAsync(id, "resume?maxErrors=20");
        var finished = await _imports.EndOfAsync(id);

        ImportApi.StateOf(finished).ShouldBe("COMPLETED");
        Counts.Of(finished).ShouldBe(new Counts(1_000, 980, 20, Inserted: 980));
        (await _imports.ErrorsAsync(id))
            .ShouldBe(Enumerable.Range(1, 20).Select(n => new RowError(1 + (50 * n), "Price", "INVALID_PRICE")));
        (await _imports.CountAsync(prefix)).ShouldBe(980);
    }

    [Fact]
    public async Task As_many_errors_as_allowed_end_no_import()
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync(Catalogue.Small($"{prefix}1,N,x,5", $"{prefix}2,N,x,5", $"{prefix}3,N,1,5"), "?maxErrors=2");

        ImportApi.StateOf(import).ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task File_of_a_small_shop_is_imported()
    {
        var import = await _imports.RunAsync("""
            Name,Description,Brand,Category,Price,Currency,Stock,EAN,Color,Size,Availability,Internal ID
            Wireless Mouse,"Ergonomic, silent",Logi,Accessories,29.99,USD,150,4006381333931,Black,M,in_stock,PROD-1001
            Mechanical Keyboard,"With ""blue"" switches",Keyz,Accessories,89.50,USD,75,4006381333948,White,L,in_stock,PROD-1002
            USB-C Cable,,Cabl,Accessories,5,USD,0,4006381333955,,,out_of_stock,PROD-1003
            """);

        Counts.Of(import).ShouldBe(new Counts(3, 3, Inserted: 3));
        (await _imports.ProductsAsync("PROD-100")).ShouldBe(
        [
            "PROD-1001|Wireless Mouse|Ergonomic, silent|29.99|150", "PROD-1002|Mechanical Keyboard|With \"blue\" switches|89.50|75",
            "PROD-1003|USB-C Cable||5.00|0",
        ]);
    }
}
