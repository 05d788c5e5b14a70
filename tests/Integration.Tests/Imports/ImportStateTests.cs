using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>Imports that are met while they run.</summary>
public sealed class ImportStateTests(OneChunkAtATime shared) : SystemTest, IClassFixture<OneChunkAtATime>
{
    private const int Rows = 20_000;
    private readonly FulfillmentSystem _system = shared.System;
    private readonly ImportApi _imports = new(shared.System);

    [Fact]
    public async Task Paused_import_writes_nothing_until_it_is_resumed_and_ends_exact()
    {
        var (prefix, id) = await BeginAsync();

        var paused = await _imports.ObeyAsync(id, "pause");
        ImportApi.StateOf(paused).ShouldBe("PAUSED");
        await NothingIsWrittenAsync(prefix, id, "PAUSED");
        ImportApi.StateOf(await _imports.ObeyAsync(id, "resume")).ShouldBe("RUNNING");
        var import = await _imports.EndOfAsync(id);

        ImportApi.StateOf(import).ShouldBe("COMPLETED");
        Counts.Of(import).ShouldBe(new Counts(Rows, Rows, Inserted: Rows));
        (await _imports.CountAsync(prefix)).ShouldBe(Rows);
    }

    [Fact]
    public async Task Import_that_is_paused_again_and_again_writes_nothing_in_between()
    {
        var (prefix, id) = await BeginAsync();
        for (var time = 0; time < 10; time++)
        {
            await _imports.ObeyAsync(id, "pause");
            var rows = await _imports.CountAsync(prefix);
            Counts.Of(await _imports.GetAsync(id)).Inserted.ShouldBe(rows);
            await _imports.RunAsync(Catalogue.Small($"{prefix}OTHER-{time},N,1,5"), "?dryRun=true");
            (await _imports.CountAsync(prefix)).ShouldBe(rows);
            await _imports.ObeyAsync(id, "resume");
        }

        Counts.Of(await _imports.EndOfAsync(id)).ShouldBe(new Counts(Rows, Rows, Inserted: Rows));
    }

    [Fact]
    public async Task Cancelled_import_writes_nothing_any_more_and_never_runs_again()
    {
        var (prefix, id) = await BeginAsync();

        ImportApi.StateOf(await _imports.ObeyAsync(id, "cancel")).ShouldBe("CANCELLED");

        await NothingIsWrittenAsync(prefix, id, "CANCELLED");
        foreach (var command in new[] { "pause", "resume", "cancel" }) await IsRefusedAsync(id, command);
    }

    [Fact]
    public async Task Paused_import_can_be_cancelled()
    {
        var (prefix, id) = await BeginAsync();
        await _imports.ObeyAsync(id, "pause");
        await IsRefusedAsync(id, "pause");

        ImportApi.StateOf(await _imports.ObeyAsync(id, "cancel")).ShouldBe("CANCELLED");

        await NothingIsWrittenAsync(prefix, id, "CANCELLED");
    }

    [Fact]
    public async Task Running_import_cannot_be_resumed_and_a_complete_one_not_be_changed()
    {
        var (_, id) = await BeginAsync();
        await IsRefusedAsync(id, "resume");

        ImportApi.StateOf(await _imports.EndOfAsync(id)).ShouldBe("COMPLETED");

        foreach (var command in new[] { "pause", "resume", "cancel" }) await IsRefusedAsync(id, command);
        (await shared.System.GetAsync("Inventory", "/api/inventory/imports?state=COMPLETED")).EnumerateArray().Select(ImportApi.IdOf)
            .ShouldContain(id);
    }

    [Fact]
    public async Task Failed_import_can_be_cancelled()
    {
        var import = await _imports.RunAsync(Catalogue.Small("X,N,free,5", "Y,N,free,5"), "?maxErrors=0");
        ImportApi.StateOf(import).ShouldBe("FAILED");
        await IsRefusedAsync(ImportApi.IdOf(import), "pause");

        ImportApi.StateOf(await _imports.ObeyAsync(ImportApi.IdOf(import), "cancel")).ShouldBe("CANCELLED");
    }

    [Fact]
    public async Task Two_imports_at_once_both_end_exact()
    {
        string[] prefixes = [Catalogue.NewPrefix(), Catalogue.NewPrefix()];
        // Half of the rows are the same in both files, in opposite order.
        var common = Catalogue.NewPrefix();
        var ids = await Task.WhenAll(prefixes.Select((prefix, f) => _imports.StartAsync(Catalogue.Of(
            prefix, 10_000, n => n % 2 == 0 ? Catalogue.Line("", n, $"{common}{(f == 0 ? n : 10_002 - n)}", stock: "9") : null))));
        var imports = await Task.WhenAll(ids.Select(_imports.EndOfAsync));

        imports.ShouldAllBe(import => ImportApi.StateOf(import) == "COMPLETED");
        imports.Select(Counts.Of).ShouldAllBe(counts => counts.Total == 10_000 && counts.Processed == 10_000);
        Counts.Of(imports.MaxBy(ImportApi.IdOf)).Superseded.ShouldBe(0);
        imports.Sum(import => Counts.Of(import).Inserted).ShouldBe(15_000);
        foreach (var prefix in prefixes) (await _imports.CountAsync(prefix)).ShouldBe(5_000);
        (await _imports.CountAsync(common)).ShouldBe(5_000);
    }

    [Fact]
    public async Task Orders_that_are_placed_during_an_import_all_complete()
    {
        var product = $"{Catalogue.NewPrefix()}ORDERED";
        await _imports.RunAsync(Catalogue.Small($"{product},N,1,1000"));
        // The product that is ordered is in the file, too.
        var (prefix, id) = await BeginAsync($"{product},N,1,1000");

        var orders = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => _system.PlaceAsync($"CUST-APPROVE-{n}", product, price: 1m)));
        var ends = await Task.WhenAll(orders.Select(_system.EndOfAsync));
        var import = await _imports.EndOfAsync(id);

        ends.ShouldAllBe(order => order.GetProperty("status").GetString() == "COMPLETED");
        ImportApi.StateOf(import).ShouldBe("COMPLETED");
        Counts.Of(import).Processed.ShouldBe(Rows + 1);
        (await _imports.CountAsync(prefix)).ShouldBe(Rows);
        await Eventually.Get("100 pieces to be sold", () => _system.StockAsync(product), stock => stock is (_, 0, 100));
    }

    /// <summary>Starts an import of many chunks and returns when the first of them are done.</summary>
    private async Task<(string Prefix, long Id)> BeginAsync(string? last = null)
    {
        var prefix = Catalogue.NewPrefix();
        var file = Catalogue.Of(prefix, Rows);
        if (last is not null)
            file += last.Split(',') is [var key, var name, var price, var stock] ? $",{name},,,,{price},,{stock},,,,,{key}\n" : "";
        var id = await _imports.StartAsync(file);
        await Eventually.Get("the first chunk", () => _imports.GetAsync(id), import => import.GetProperty("chunksDone").GetInt32() > 0);
        return (prefix, id);
    }

    /// <summary>
    /// Sees that a stopped import stays where it is while another one runs from begin to end, which gives the stopped one all the time it
    /// would need.
    /// </summary>
    private async Task NothingIsWrittenAsync(string prefix, long id, string state)
    {
        var (rows, counts) = (await _imports.CountAsync(prefix), Counts.Of(await _imports.GetAsync(id)));
        rows.ShouldBeInRange(1, Rows - 1);
        counts.Inserted.ShouldBe(rows);
        for (var look = 0; look < 3; look++)
        {
            ImportApi.StateOf(await _imports.RunAsync(Catalogue.Of(Catalogue.NewPrefix(), 500))).ShouldBe("COMPLETED");
            (await _imports.CountAsync(prefix)).ShouldBe(rows);
            var import = await _imports.GetAsync(id);
            Counts.Of(import).ShouldBe(counts);
            ImportApi.StateOf(import).ShouldBe(state);
        }
    }

    private async Task IsRefusedAsync(long id, string command)
    {
        using var response = await _imports.CommandAsync(id, command);
        response.StatusCode.ShouldBe(HttpStatusCode.Conflict, command);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("IMPORT_STATE");
    }
}
