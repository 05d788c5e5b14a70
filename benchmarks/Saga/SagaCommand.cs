using System.Diagnostics;
using Fulfillment.Benchmarks.Measure;
using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>Measures the throughput of orders through the whole saga, and checks the result.</summary>
internal static class SagaCommand
{
    public static async Task<int> RunAsync(SagaOptions options, CancellationToken ct)
    {
        await using var system = await RunningSystem.StartAsync(options.Start, ct);
        using var http = new SocketsHttpHandler { MaxConnectionsPerServer = options.Concurrency, UseProxy = false };
        var mix = new OrderMix(options.Products, options.Seed);
        await mix.StockAsync(http, system["Inventory"], ct);
        var before = await new OrderWatch(system, after: 0).LastOrderAsync(ct);

        using var warmup = new OrderLoad(http, system["Order"], mix.Orders(options.Warmup, options.Items), options.Concurrency);
        await new OrderWatch(system, before).RunAsync(warmup, "warm-up", ct);

        using var load = new OrderLoad(http, system["Order"], mix.Orders(options.Orders, options.Items), options.Concurrency);
        var watch = new OrderWatch(system, await new OrderWatch(system, after: 0).LastOrderAsync(ct));
        var meter = await CpuMeter.ForAsync(system, ct);
        var start = meter.Read();
        var clock = Stopwatch.StartNew();
        await watch.RunAsync(load, "measurement", ct);
        var endToEnd = clock.Elapsed;
        await watch.WaitUntilIdleAsync(ct);
        var result = new SagaResult(
            load, endToEnd, clock.Elapsed, meter.Read() - start, await watch.DurationsAsync(ct), await watch.CountAsync(ct));

        await SagaReport.WriteAsync(options, system, result, ct);
        var violations = await SagaChecks.FindAsync(
            system, before, [.. warmup.Accepted, .. load.Accepted], warmup.Refused + load.Refused, ct);
        return Report.Checks(violations);
    }
}
