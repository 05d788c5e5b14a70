using System.Globalization;
using Fulfillment.Chaos.Customers;
using Fulfillment.Chaos.Faults;
using Fulfillment.Chaos.Staging;
using Fulfillment.Harness;

namespace Fulfillment.Chaos;

/// <summary>Checks the invariants of the system while its processes die, its networks fail and its queues get bad messages.</summary>
internal static class ChaosCommand
{
    private const int PlannedLines = 200;

    public static async Task<int> RunAsync(ChaosOptions options, CancellationToken ct)
    {
        if (options.PlanOnly) return PrintPlan(options);
        var folder = Repository.NewFolder($"artifacts/chaos/{options.Seed}");
        using var log = new ChaosLog(Path.Combine(folder, "chaos.log"));
        Console.WriteLine($"seed {options.Seed}, logs in {folder}");
        await using var stage = await ChaosStage.StartAsync(options.Keep, log, ct);
        using var shop = new ShopClient(stage["Order"], stage["Inventory"]);
        await shop.StockAsync(OrderMix.Stock, ct);
        var loadGenerator = new LoadGenerator(shop, new OrderMix(options.Seed), log) { Impatient = options.Rolling > 0 };
        await loadGenerator.ProbeAsync(ct);
        var run = new ChaosRun(options, stage, loadGenerator);
        return options switch
        {
            { CrashPoints: true } => await new CrashPointSweep(run).RunAsync(ct),
            { Rolling: > 0 } => await new RollingRestart(run).RunAsync(ct),
            _ => await RunFaultsAsync(run, ct),
        };
    }

    private static async Task<int> RunFaultsAsync(ChaosRun run, CancellationToken ct)
    {
        var (options, stage) = (run.Options, run.Stage);
        // The loss of a deleted queue or binding must show: the recorder's queue would receive the messages that no other queue gets.
        await using var recorder = options.Kinds.Any(kind => kind.Deletes) ? null : new MessageRecorder(stage);
        if (recorder is not null) await recorder.StartAsync(ct);
        var processes = new ProcessFaults(stage);
        var messages = new MessageFaults(stage, recorder, options.Seed);
        var servers = new ServerFaults(
            stage, run.LoadGenerator, run.Rest, options.ServerSet is null ? null : new DevServers(options.ServerSet));
        var makers = new Dictionary<string, Func<Fault, CancellationToken, Task>>(
            [.. processes.Makers, .. new NetworkFaults(stage).Makers, .. servers.Makers, .. messages.Makers]);
        var runner = new FaultRunner(stage, new FaultPlan(options.Kinds, ChaosStage.ProcessNames, options.Seed), makers);
        await run.UnderLoadAsync(() => runner.RunAsync(options.Time, options.Once, ct), ct);

        var (snapshot, violations) = await run.EndAsync(messages.Injected, ct);
        var report = new ChaosReport("Faults under load");
        report.Add("run", string.Create(CultureInfo.InvariantCulture,
            $"seed {options.Seed}, {run.Elapsed.TotalSeconds:0} s of faults, {options.OrdersPerSecond} orders per second, "
            + $"{Repository.Configuration} build, {ChaosStage.ProcessNames.Count} processes"));
        report.AddOrders(run.LoadGenerator, snapshot);
        report.AddFaults(options.Kinds, stage.Log);
        report.AddCounts("processes", ["kill -9", "restarts", "crash points not reached"], stage.Log);
        report.AddCounts("died at", CrashPoints.All.Select(entry => $"died at {entry.Point}").Distinct(), stage.Log);
        report.AddCounts("network", ["commits without an answer", "confirms or deliveries lost"], stage.Log);
        report.Add("repeated", string.Create(CultureInfo.InvariantCulture,
            $"{run.Redeliveries.Sum} redelivered by the broker, {recorder?.PublishedAgain ?? 0} events published again, "
            + $"{stage.Log["duplicates"]} duplicates put in"));
        report.AddDeadLetters(snapshot);
        return await report.WriteAsync(run.ReportFile, violations);
    }

    private static int PrintPlan(ChaosOptions options)
    {
        Console.WriteLine($"seed {options.Seed}");
        foreach (var lane in new FaultPlan(options.Kinds, ChaosStage.ProcessNames, options.Seed).Lanes)
        {
            Console.WriteLine($"\n{lane.Name}, each fault when the one before is over; the first {lane.FirstRound} are made in any case:");
            foreach (var fault in lane.Faults.Take(options.Once ? lane.FirstRound : PlannedLines)) Console.WriteLine($"  {fault}");
        }

        return 0;
    }
}
