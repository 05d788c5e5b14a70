using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>Imports that have the same products: what the newest one says holds.</summary>
public sealed class ImportOrderTests(OneChunkAtATime shared) : SystemTest, IClassFixture<OneChunkAtATime>
{
    private const int Rows = 5_000;
    private readonly FulfillmentSystem _system = shared.System;
    private readonly ImportApi _imports = new(shared.System);

    [Fact]
    public async Task Import_that_is_resumed_leaves_out_what_a_newer_one_has_written()
    {
        var prefix = Catalogue.NewPrefix();
        var (older, done) = await PausedAsync(prefix, price: "1.00");
        var newer = await _imports.RunAsync(Catalogue.Of(prefix, Rows, n => Catalogue.Line(prefix, n, price: "2.00", stock: "7")));
        ImportApi.StateOf(newer).ShouldBe("COMPLETED", newer.ToString());

        await _imports.ObeyAsync(older, "resume");
        var import = await _imports.EndOfAsync(older);

        ImportApi.StateOf(import).ShouldBe("COMPLETED", import.ToString());
        Counts.Of(import).ShouldBe(new Counts(Rows, Rows, Inserted: done, Superseded: Rows - done));
        (await AllAreAsync(prefix, price: 2m, stock: 7)).ShouldBe(Rows);
    }

    [Fact]
    public async Task Import_that_is_resumed_leaves_out_what_a_newer_one_has_found_unchanged()
    {
        var prefix = Catalogue.NewPrefix();
        string Current(int n) => Catalogue.Line(prefix, n, price: "2.00", stock: "7");
        await _imports.RunAsync(Catalogue.Of(prefix, Rows, Current));
        var (older, _) = await PausedAsync(prefix, price: "1.00");
        await _imports.RunAsync(Catalogue.Of(prefix, Rows, Current));

        await _imports.ObeyAsync(older, "resume");
        ImportApi.StateOf(await _imports.EndOfAsync(older)).ShouldBe("COMPLETED");

        (await AllAreAsync(prefix, price: 2m, stock: 7)).ShouldBe(Rows);
    }

    [Fact]
    public async Task Of_two_imports_that_run_at_once_the_newer_one_holds()
    {
        var prefix = Catalogue.NewPrefix();
        var older = await _imports.StartAsync(Catalogue.Of(prefix, Rows, n => Catalogue.Line(prefix, n, price: "1.00", stock: "9")));
        await Eventually.Get("the first chunk", () => _imports.GetAsync(older), import => import.GetProperty("chunksDone").GetInt32() > 0);
        var newer = await _imports.StartAsync(
            Catalogue.Of(prefix, Rows, n => Catalogue.Line(prefix, Rows + 1 - n, price: "2.00", stock: "7")));

        ImportApi.StateOf(await _imports.EndOfAsync(older)).ShouldBe("COMPLETED");
        ImportApi.StateOf(await _imports.EndOfAsync(newer)).ShouldBe("COMPLETED");

        (await AllAreAsync(prefix, price: 2m, stock: 7)).ShouldBe(Rows);
    }

    /// <summary>Starts an import and pauses it after some of its chunks. Returns its number and the rows that it has written.</summary>
    private async Task<(long Id, long Done)> PausedAsync(string prefix, string price)
    {
        var id = await _imports.StartAsync(Catalogue.Of(prefix, Rows, n => Catalogue.Line(prefix, n, price: price, stock: "9")));
        await Eventually.Get("the first chunk", () => _imports.GetAsync(id), import => import.GetProperty("chunksDone").GetInt32() > 0);
        await _imports.ObeyAsync(id, "pause");
        var done = Counts.Of(await _imports.GetAsync(id)).Processed;
        done.ShouldBeLessThan(Rows);
        return (id, done);
    }

    private Task<long> AllAreAsync(string prefix, decimal price, int stock) => _system.Inventory.ScalarAsync<long>(
        "SELECT count(*) FROM products JOIN inventory_items USING (product_id) "
        + "WHERE starts_with(product_id, $1) AND price = $2 AND available_quantity = $3",
        prefix, price, stock);
}
