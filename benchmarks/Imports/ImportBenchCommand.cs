using Fulfillment.Benchmarks.Measure;
using Fulfillment.Benchmarks.Saga;
using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>
/// Measures the duration of imports, compares it with the limit of the database, and measures the latency of orders meanwhile.
/// </summary>
internal static class ImportBenchCommand
{
    private const int Products = 100;
    private const int ItemsPerOrder = 2;
    private const int Warmup = 500;

    public static async Task<int> RunAsync(ImportBenchOptions options, CancellationToken ct)
    {
        Psql.MustExist();
        using var files = ImportBenchFiles.Write(options, ct);
        await using var system = await RunningSystem.StartAsync(options.Start, ct);
        await using var limit = await LimitDatabase.CreateAsync(system.Databases.Server, ct);
        using var http = new SocketsHttpHandler { MaxConnectionsPerServer = 256, UseProxy = false };
        var (mix, report, checks) = (new OrderMix(Products, options.Seed), new ImportReport(options), new ImportChecks(options));
        await report.BeginAsync(system, files, ct);

        // The warm-up orders compile the code before a measurement: a system that imports has usually run for a while.
        await mix.StockAsync(http, system["Inventory"], ct);
        var others = await ImportChecks.ProductsAsync(system, ct);
        var watch = new OrderWatch(system, after: 0);
        using var warmup = new OrderLoad(http, system["Order"], mix.Orders(Warmup, ItemsPerOrder), concurrency: 8);
        await watch.RunAsync(warmup, "warm-up", ct);

        var bodies = mix.Orders(10_000, ItemsPerOrder);
        using var meanwhile = new SteadyOrders(http, system["Order"], bodies, options.OrdersPerSecond);
        var steps = await ImportAsync(system, files, meanwhile, report, ct);
        checks.Check(steps[0], import => import.InsertedRows);
        checks.Check(steps[1], import => import.UnchangedRows);
        checks.Check(steps[2], import => import.UpdatedRows);
        await watch.WaitUntilIdleAsync(ct);

        var inventory = system.Databases["Inventory"];
        TableDefinition[] tables =
        [
            await TableDefinition.ReadAsync(inventory, "products", ct),
            await TableDefinition.ReadAsync(inventory, "inventory_items", ct),
        ];
        var products = await MeasureAsync(limit, files, tables[..1], ct);
        var both = await MeasureAsync(limit, files, tables, ct);
        foreach (var (step, i) in steps.Select((step, i) => (step, i))) report.Write(new LimitStep(step.Name, products[i], both[i]), step);
        ImportReport.WriteMemory(system);

        await checks.CheckTablesAsync(system, limit, tables, files.Changed.Totals, others, ct);
        OrderPosts[] orders = [warmup, meanwhile];
        var lost = await SagaChecks.FindAsync(
            system, before: 0, [.. orders.SelectMany(posts => posts.Accepted)], orders.Sum(posts => posts.Refused), ct);
        return Report.Checks([.. checks.Violations, .. lost]);
    }

    private static async Task<IReadOnlyList<ImportStep>> ImportAsync(
        RunningSystem system, ImportBenchFiles files, SteadyOrders orders, ImportReport report, CancellationToken ct)
    {
        var (runs, steps) = (new ImportRuns(system, await CpuMeter.ForAsync(system, ct)), new List<ImportStep>());
        // The first two have the machine for themselves, as psql has. The last one, which does the most work, shares it with orders.
        await MeasureAsync("new", files.First, null);
        await MeasureAsync("same again", files.First, null);
        await MeasureAsync("changed", files.Changed, orders);
        return steps;

        async Task MeasureAsync(string name, SampleOnDisk file, SteadyOrders? meanwhile)
        {
            steps.Add(await runs.RunAsync(name, file, meanwhile, ct));
            report.Write(steps[^1]);
        }
    }

    /// <summary>The same three imports by psql.</summary>
    private static async Task<TimeSpan[]> MeasureAsync(
        LimitDatabase limit, ImportBenchFiles files, TableDefinition[] tables, CancellationToken ct)
    {
        await limit.ClearAsync(tables, ct);
        return
        [
            await limit.LoadAsync(files.First.Path, tables, ct),
            await limit.LoadAsync(files.First.Path, tables, ct),
            await limit.LoadAsync(files.Changed.Path, tables, ct),
        ];
    }
}
