using System.Collections.Frozen;
using Fulfillment.Chaos.Customers;
using Fulfillment.Chaos.Faults;
using Fulfillment.Harness;

namespace Fulfillment.Chaos;

/// <summary>Restarts every process, one after the other, as an update does: no request may fail.</summary>
internal sealed class RollingRestart(ChaosRun run)
{
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var (options, system) = (run.Options, run.SystemUnderTest);
        await run.UnderLoadAsync(() => RestartAsync(ct), ct);
        var (snapshot, violations) = await run.EndAsync(FrozenDictionary<string, PoisonMessage>.Empty, ct);
        var unanswered = run.LoadGenerator.History.Count(Outcome.Info) + run.LoadGenerator.History.Count(Outcome.Unavailable);
        var report = new ChaosReport("Rolling restarts under load");
        report.Add(
            "run",
            $"seed {options.Seed}, {options.Rolling} restarts of {system.Instances.Count} processes in {run.Elapsed.TotalSeconds:0} s, "
            + $"{options.OrdersPerSecond} orders per second, {Repository.Configuration} build");
        report.AddOrders(run.LoadGenerator, snapshot);
        report.Add("failed", $"{unanswered} requests");
        report.Add("repeated", $"{run.Redeliveries.Sum} redelivered by the broker");
        return await report.WriteAsync(
            run.ReportFile, unanswered == 0 ? violations : [$"{unanswered} requests failed; {system.Log.File} says when", .. violations]);
    }

    private async Task RestartAsync(CancellationToken ct)
    {
        for (var round = 0; round < run.Options.Rolling; round++)
        {
            foreach (var instance in run.SystemUnderTest.Instances)
            {
                using var turn = await instance.TakeTurnAsync(ct);
                await instance.TerminateAsync(ct);
                instance.Start();
                await instance.BecomeReadyAsync(ct);
            }
        }
    }
}
