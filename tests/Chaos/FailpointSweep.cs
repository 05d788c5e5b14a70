using System.Collections.Frozen;
using Fulfillment.Chaos.Faults;
using Fulfillment.Chaos.TestEnvironment;
using Fulfillment.Harness.Network;

namespace Fulfillment.Chaos;

/// <summary>Crashes a process at every crash point in turn, each time under load, and checks everything after each crash.</summary>
internal sealed class FailpointSweep(ChaosRun run)
{
    private const int Orders = 200;
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly Random _random = new(run.Options.Seed);
    private readonly List<string> _violations = [];

    public async Task<int> RunAsync(CancellationToken ct)
    {
        var system = run.SystemUnderTest;
        var faults = new ProcessFaults(system);
        var results = new List<(string Point, int Died, int Failed)>();
        var points = Failpoints.All.Where(entry => run.Options.Points.Count == 0 || run.Options.Points.Contains(entry.Point));
        foreach (var (module, point) in points)
        {
            var (died, failed) = (0, 0);
            for (var time = 0; time < run.Options.Times; time++)
            {
                var (reached, violations) = await TryAsync(faults, module, point, ct);
                if (reached) died++;
                if (violations.Count == 0) continue;
                failed++;
                _violations.AddRange(violations.Select(violation => $"{point}: {violation}"));
                // A violation remains, and would be found again at each of the following points.
                results.Add((point, died, failed));
                return await ReportAsync(results, ct);
            }

            if (died < run.Options.Times) _violations.Add($"{point}: the process died there {died} times of {run.Options.Times}");
            results.Add((point, died, failed));
            Console.WriteLine($"{point,-32} died {died} of {run.Options.Times}, everything right after {run.Options.Times - failed}");
        }

        return await ReportAsync(results, ct);
    }

    private async Task<(bool Reached, IReadOnlyList<string> Violations)> TryAsync(
        ProcessFaults faults, string module, string point, CancellationToken ct)
    {
        var victims = run.SystemUnderTest.Instances.Where(instance => instance.Module == module).ToList();
        var victim = victims[_random.Next(victims.Count)];
        var import = Failpoints.NeedsImport(point);
        var hit = _random.Next(1, Failpoints.Passes(point) + 1);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // The load generator places orders until the process has started, died and started again, and until there were enough orders.
        var before = run.LoadGenerator.History.Placements.Count;
        var orders = run.LoadGenerator.ComeAsync(run.Options.OrdersPerSecond, int.MaxValue, over.Token, ct);
        var catalogue = import ? new ImportStream(run.SystemUnderTest).ImportUntilAsync(over.Token) : Task.CompletedTask;
        if (Failpoints.NeedsLateOrders(point)) ForOrders(network => network.NetworkConditions.Delay(Late));
        var crash = faults.CrashAtAsync(victim, point, hit, Timeout, ct);
        try
        {
            await crash;
        }
        finally
        {
            ForOrders(network => network.NetworkConditions.Clear());
            await over.CancelAsync();
            await Task.WhenAll(orders, catalogue);
        }

        await run.LoadGenerator.ComeAsync(
            run.Options.OrdersPerSecond, Math.Max(0, Orders - (run.LoadGenerator.History.Placements.Count - before)), ct, ct);
        var (_, violations) = await run.CheckAsync(FrozenDictionary<string, PoisonMessage>.Empty, ct);
        return (await crash, violations);
    }

    private void ForOrders(Action<TcpProxy> act)
    {
        foreach (var instance in run.SystemUnderTest.Instances.Where(instance => instance.Module == "Order")) act(instance.Broker);
    }

    private async Task<int> ReportAsync(List<(string Point, int Died, int Failed)> results, CancellationToken ct)
    {
        var (snapshot, violations) = await run.EndAsync(FrozenDictionary<string, PoisonMessage>.Empty, ct);
        var report = new ChaosReport("Crash points");
        report.Add(
            "run", $"seed {run.Options.Seed}, {results.Count} points, each {run.Options.Times} time(s) among at least {Orders} orders");
        report.AddOrders(run.LoadGenerator, snapshot);
        foreach (var (point, died, failed) in results) report.Add("died at", $"{point} {died} time(s), {failed} with violations");
        return await report.WriteAsync(run.ReportFile, [.. _violations, .. violations.Except(_violations)]);
    }
}
