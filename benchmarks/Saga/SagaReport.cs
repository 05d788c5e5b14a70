using Fulfillment.Benchmarks.Measure;
using Fulfillment.Benchmarks.TestEnvironment;
using static Fulfillment.Cli.Report;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>Measurements of a run.</summary>
/// <param name="EndToEnd">From the first request to the end of the last order, as stored in the database.</param>
/// <param name="UntilIdle">From the first request until stock and notifications were complete too.</param>
/// <param name="Cpu">Processor time of the whole run.</param>
/// <param name="Durations">Milliseconds from creation to end, median and 99th percentile.</param>
internal sealed record SagaResult(
    OrderLoad Load, TimeSpan EndToEnd, TimeSpan UntilIdle, CpuTimes Cpu, double[] Durations, OrderCounts Counts);

/// <summary>Prints the result.</summary>
internal static class SagaReport
{
    public static async Task WriteAsync(SagaOptions options, RunningSystem system, SagaResult result, CancellationToken ct)
    {
        var (load, cpu, counts) = (result.Load, result.Cpu, result.Counts);
        Line("machine", await Machine.DescribeAsync(system, ct));
        Line("settings", await Machine.SettingsAsync(options.Start, system, ct));
        Line("load", $"{options.Orders} orders of {options.Items} items, {options.Concurrency} in flight, "
            + $"{options.Products} products, seed {options.Seed}");
        Line("post", $"{load.Answered / load.Duration.TotalSeconds:0} orders/s   p50 {load.Latency(50)}   p90 {load.Latency(90)}   "
            + $"p99 {load.Latency(99)}   max {load.Latency(100)} ms");
        Line("end to end", $"{counts.Ended / result.EndToEnd.TotalSeconds:0} orders/s   from creation to end "
            + $"p50 {result.Durations[0]:0}   p99 {result.Durations[1]:0} ms");
        Line("cpu/order", $"host {PerOrder(cpu.Host)}   postgres {PerOrder(cpu.Postgres)}   rabbitmq {PerOrder(cpu.Broker)}   "
            + $"load {PerOrder(cpu.Load)} ms");
        Line("machine use", $"{Share(cpu.Machine)} in {result.UntilIdle.TotalSeconds:0.0} s, {Share(cpu.Others)} by others and the kernel");
        var statuses = string.Join(", ", counts.ByStatus.Select(pair => $"{pair.Value} {pair.Key}"));
        Line("orders", statuses + (load.Refused > 0 ? $", {load.Refused} refused" : ""));

        string PerOrder(TimeSpan? time) => time is { } used ? $"{used.TotalMilliseconds / counts.Ended:0.00}" : "?";
        string Share(TimeSpan? time) => time is { } used ? $"{used / result.UntilIdle / Environment.ProcessorCount:0 %}" : "?";
    }
}
