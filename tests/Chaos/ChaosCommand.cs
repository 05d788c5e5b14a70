using System.Globalization;
using Fulfillment.Chaos.Customers;
using Fulfillment.Chaos.Faults;
using Fulfillment.Chaos.TestEnvironment;
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
        await using var system = await ChaosEnvironment.StartAsync(options.Keep, log, ct);
        using var client = new OrderClient(system["Order"], system["Inventory"]);
        await client.StockAsync(OrderMix.Stock, ct);
        var loadGenerator = new LoadGenerator(client, new OrderMix(options.Seed), log) { Impatient = options.Rolling > 0 };
        await loadGenerator.ProbeAsync(ct);
        var run = new ChaosRun(options, system, loadGenerator);
        return options switch
        {
            { Failpoints: true } => await new FailpointSweep(run).RunAsync(ct),
            { Rolling: > 0 } => await new RollingRestart(run).RunAsync(ct),
            _ => await RunFaultsAsync(run, ct),
        };
    }

    private static async Task<int> RunFaultsAsync(ChaosRun run, CancellationToken ct)
    {
        var (options, system) = (run.Options, run.SystemUnderTest);
        // The loss of a deleted queue or binding must show: the recorder's queue would receive the messages that no other queue gets.
        await using var recorder = options.Kinds.Any(kind => kind.Deletes) ? null : new MessageRecorder(system);
        if (recorder is not null) await recorder.StartAsync(ct);
        var processes = new ProcessFaults(system);
        var messages = new MessageFaults(system, recorder, options.Seed);
        var servers = new ServerFaults(
            system, run.LoadGenerator, run.IdleCheck, options.ServerSet is null ? null : new DevServers(options.ServerSet));
        var makers = new Dictionary<string, Func<Fault, CancellationToken, Task>>(
            [.. processes.Makers, .. new NetworkFaults(system).Makers, .. servers.Makers, .. messages.Makers]);
        var runner = new FaultRunner(system, new FaultPlan(options.Kinds, ChaosEnvironment.ProcessNames, options.Seed), makers);
        await run.UnderLoadAsync(() => runner.RunAsync(options.Time, options.Once, ct), ct);

        var (snapshot, violations) = await run.EndAsync(messages.Injected, ct);
        var report = new ChaosReport("Faults under load");
        report.Add("run", string.Create(CultureInfo.InvariantCulture,
            $"seed {options.Seed}, {run.Elapsed.TotalSeconds:0} s of faults, {options.OrdersPerSecond} orders per second, "
            + $"{Repository.Configuration} build, {ChaosEnvironment.ProcessNames.Count} processes"));
        report.AddOrders(run.LoadGenerator, snapshot);
        report.AddFaults(options.Kinds, system.Log);
        report.AddCounts("processes", ["kill -9", "restarts", "crash points not reached"], system.Log);
        report.AddCounts("died at", Failpoints.All.Select(entry => $"died at {entry.Point}").Distinct(), system.Log);
        report.AddCounts("network", ["commits without an answer", "confirms or deliveries lost"], system.Log);
        report.Add("repeated", string.Create(CultureInfo.InvariantCulture,
            $"{run.Redeliveries.Sum} redelivered by the broker, {recorder?.PublishedAgain ?? 0} events published again, "
            + $"{system.Log["duplicates"]} duplicates put in"));
        report.AddDeadLetters(snapshot);
        return await report.WriteAsync(run.ReportFile, violations);
    }

    private static int PrintPlan(ChaosOptions options)
    {
        Console.WriteLine($"seed {options.Seed}");
        foreach (var lane in new FaultPlan(options.Kinds, ChaosEnvironment.ProcessNames, options.Seed).Lanes)
        {
            Console.WriteLine($"\n{lane.Name}, each fault when the one before is over; the first {lane.FirstRound} are made in any case:");
            foreach (var fault in lane.Faults.Take(options.Once ? lane.FirstRound : PlannedLines)) Console.WriteLine($"  {fault}");
        }

        return 0;
    }
}
