using Fulfillment.Benchmarks.Measure;
using Fulfillment.Benchmarks.TestEnvironment;
using static Fulfillment.Cli.Report;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>Prints each result as soon as it is available.</summary>
internal sealed class ImportReport(ImportBenchOptions options)
{
    public async Task BeginAsync(RunningSystem system, ImportBenchFiles files, CancellationToken ct)
    {
        Line("machine", await Machine.DescribeAsync(system, ct));
        Line("settings", await Machine.SettingsAsync(options.Start, system, ct));
        Line(
            "file",
            $"{options.Rows:N0} rows, {files.First.Totals.Bytes / 1e6:0.0} MB, {files.First.Totals.Bytes / (double)options.Rows:0} bytes "
            + $"per row, seed {options.Seed}");
    }

    public void Write(ImportStep step)
    {
        Line("import", $"{step.Name,-12}{Speed(step.Total)}   upload {step.Upload.TotalSeconds:0.00} s   {Cpu(step.Cpu)}");
        if (step.Orders is { } orders)
        {
            Line("orders", $"{options.OrdersPerSecond}/s, {orders.Answered} posted, {orders.Refused} refused   "
                + $"p50 {orders.Latency(50)}   p99 {orders.Latency(99)}   max {orders.Latency(100)} ms");
        }
    }

    public void Write(LimitStep limit, ImportStep step)
    {
        Line("limit", $"{limit.Name,-12}{Speed(limit.Products)}   system / limit {step.Total / limit.Products:0.00}   (products)");
        Line("", $"{"",-12}{Speed(limit.Both)}   system / limit {step.Total / limit.Both:0.00}   (products and inventory_items)");
    }

    public static void WriteMemory(RunningSystem system) => Line("peak memory", string.Join("   ", system.Processes.Select(
        host => $"{host.Name} {(host.PeakMemory() is { } bytes ? $"{bytes / 1048576.0:0} MiB" : "?")}")));

    private string Speed(TimeSpan time) => $"{time.TotalSeconds,8:0.00} s {options.Rows / time.TotalSeconds,10:N0} rows/s";

    private static string Cpu(CpuTimes cpu) =>
        $"cpu host {Seconds(cpu.Host)}   postgres {Seconds(cpu.Postgres)}   rabbitmq {Seconds(cpu.Broker)} s";

    private static string Seconds(TimeSpan? time) => time is { } used ? $"{used.TotalSeconds:0.0}" : "?";
}
