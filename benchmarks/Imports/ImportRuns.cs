using System.Diagnostics;
using Fulfillment.Benchmarks.Measure;
using Fulfillment.Benchmarks.Saga;
using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli.Imports;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>Imports files and measures the imports.</summary>
internal sealed class ImportRuns(RunningSystem system, CpuMeter meter)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public async Task<ImportStep> RunAsync(string name, SampleOnDisk file, SteadyOrders? orders, CancellationToken ct)
    {
        await Housekeeping.BeforeMeasuringAsync(system.Databases.ConnectionStrings["Inventory"], system.Databases.Server, ct);
        using var client = new ImportClient(system["Inventory"]);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var posting = orders?.PostAsync(ended.Token, ct) ?? Task.CompletedTask;
        var (before, clock) = (meter.Read(), Stopwatch.StartNew());
        try
        {
            var import = await client.UploadAsync(file.Path, ImportQuery.Default, _ => { }, ct);
            var upload = clock.Elapsed;
            import = await client.FollowAsync(import, Interval, Show, ct);
            Clear();
            return new ImportStep(name, import, upload, clock.Elapsed, meter.Read() - before, orders);
        }
        finally
        {
            await ended.CancelAsync();
            await posting;
        }

        void Show(ImportView import)
        {
            system.ThrowIfEnded();
            if (!Console.IsOutputRedirected) Console.Write($"\r{name}: {import.DoneRows:N0} of {import.TotalRows:N0} rows   ");
        }
    }

    private static void Clear()
    {
        if (!Console.IsOutputRedirected) Console.Write($"\r{new string(' ', 78)}\r");
    }
}
