using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>A file of many chunks, and what an import that nothing disturbs makes of it in a system of its own.</summary>
public sealed class UninterruptedImports(Servers servers) : IAsyncLifetime
{
    private const int Rows = 60_000;

    /// <summary>Cuts the file into more than a hundred chunks.</summary>
    internal static readonly (string Name, string Value)[] Chunks = [("Import__ChunkBytes", "65536"), ("Import__Window", "4")];

    public Servers Servers { get; } = servers;

    internal byte[] File { get; } = Catalogue.Bytes(Catalogue.Of("K-", Rows, n => Catalogue.Line(
        "K-", n, KeyOf(n), n % 500 == 0 ? "free" : null, n % 501 == 0 ? "-1" : null)));

    internal Counts Counts { get; private set; } = new();

    internal string Contents { get; private set; } = "";

    internal string Errors { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await using var system = await FulfillmentSystem.CreateAsync(Servers);
        await system.StartAsync("Inventory", Chunks);
        var imports = new ImportApi(system);
        var import = await imports.RunAsync(File);
        ImportApi.StateOf(import).ShouldBe("COMPLETED");
        import.GetProperty("chunks").GetInt32().ShouldBeGreaterThan(100);
        (Counts, Contents, Errors) =
            (Counts.Of(import), await imports.ContentsAsync(), await imports.ErrorFileAsync(ImportApi.IdOf(import)));
        // What the rest is compared with must itself be right.
        var good = Enumerable.Range(1, Rows).Where(n => n % 500 != 0 && n % 501 != 0).ToList();
        var products = good.Select(KeyOf).Distinct().Count();
        Counts.ShouldBe(new Counts(Rows, good.Count, Rows - good.Count, Inserted: products, Superseded: good.Count - products));
    }

    /// <summary>Waits until an import in another system has ended, and compares everything.</summary>
    internal async Task IsAlsoTheEndOfAsync(ImportApi imports, long id)
    {
        var import = await imports.EndOfAsync(id);
        ImportApi.StateOf(import).ShouldBe("COMPLETED", import.ToString());
        Counts.Of(import).ShouldBe(Counts);
        (await imports.ErrorFileAsync(id)).ShouldBe(Errors);
        (await imports.ContentsAsync()).ShouldBe(Contents);
    }

    /// <summary>Waits until a share of the chunks is done.</summary>
    internal static Task<double> DoneAsync(FulfillmentSystem system, long id, double share) => Eventually.Get(
        $"{share:P0} of the chunks",
        () => system.Inventory.ScalarAsync<double>(
            "SELECT count(done_at)::float8 / greatest(count(*), 1) FROM import_chunks WHERE import_id = $1", id),
        done => done >= share);

    /// <summary>Most rows have a key of their own; some are repeated near by, some far away.</summary>
    private static string KeyOf(int n) => n switch
    {
        _ when n % 100 == 1 => "K-REPEATED",
        > 30_000 when n % 1_000 == 2 => Catalogue.Key("K-", n - 30_000),
        _ => Catalogue.Key("K-", n),
    };

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
