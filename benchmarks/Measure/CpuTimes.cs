using System.Diagnostics;
using System.Globalization;
using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Harness;
using Npgsql;

namespace Fulfillment.Benchmarks.Measure;

/// <summary>Processor time of the parts of a run, as far as they run on this machine and the system reports it (Linux).</summary>
/// <param name="Host">Processes of the system.</param>
/// <param name="Postgres">Database servers with their backends; null when they run elsewhere.</param>
/// <param name="Broker">The broker; null when it runs elsewhere.</param>
/// <param name="Load">This process.</param>
/// <param name="Machine">Everything on this machine.</param>
internal sealed record CpuTimes(TimeSpan Host, TimeSpan? Postgres, TimeSpan? Broker, TimeSpan Load, TimeSpan? Machine)
{
    public static CpuTimes operator -(CpuTimes later, CpuTimes earlier) => new(
        later.Host - earlier.Host, later.Postgres - earlier.Postgres, later.Broker - earlier.Broker,
        later.Load - earlier.Load, later.Machine - earlier.Machine);

    /// <summary>The time that none of the parts used.</summary>
    public TimeSpan? Others => Machine - Host - (Postgres ?? default) - (Broker ?? default) - Load;
}

/// <summary>Reads <see cref="CpuTimes"/>.</summary>
internal sealed class CpuMeter(IReadOnlyList<int> hosts, IReadOnlyList<int> postmasters, int broker)
{
    private const int TicksPerSecond = 100; // USER_HZ, on every Linux of today

    public static async Task<CpuMeter> ForAsync(RunningSystem system, CancellationToken ct)
    {
        var postmasters = new HashSet<int>();
        foreach (var module in Databases.Modules)
        {
            await using var connection = await system.Databases[module].OpenConnectionAsync(ct);
            await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
            var backend = (int)(await command.ExecuteScalarAsync(ct))!;
            // A server in a container or on another machine has other process ids.
            if (Stat(backend) is { Name: "postgres" } stat) postmasters.Add(stat.Parent);
        }

        var broker = await system.Broker.ProcessIdAsync(ct);
        return new CpuMeter(
            [.. system.Processes.Select(host => host.Id)], [.. postmasters], Stat(broker) is { Name: "beam.smp" } ? broker : 0);
    }

    public CpuTimes Read() => new(
        Sum(hosts.Select(pid => Process.GetProcessById(pid).TotalProcessorTime)),
        postmasters.Count == 0 ? null : Sum(AllProcesses().Where(stat => postmasters.Contains(stat.Parent)).Select(stat => stat.Own)
            .Concat(postmasters.Select(pid => Stat(pid) is { } stat ? stat.Own + stat.EndedChildren : default))),
        Stat(broker)?.Own,
        Process.GetCurrentProcess().TotalProcessorTime,
        MachineTime());

    private static TimeSpan Sum(IEnumerable<TimeSpan> times) => times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    private static IEnumerable<ProcessStat> AllProcesses() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? Stat(pid) : null).OfType<ProcessStat>();

    // pid (name) state ppid ..., times in fields 14 to 17; see proc(5). The name may contain anything, so count from its end.
    private static ProcessStat? Stat(int pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid}/stat");
            var end = line.LastIndexOf(')');
            var fields = line[(end + 2)..].Split(' ');
            return new ProcessStat(
                line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..end], int.Parse(fields[1], CultureInfo.InvariantCulture),
                Ticks(fields[11..13]), Ticks(fields[13..15]));
        }
        catch (IOException)
        {
            return null;
        }
    }

    // cpu user nice system idle iowait irq softirq steal ...: all but the idle times and the time of other machines.
    private static TimeSpan? MachineTime()
    {
        if (!File.Exists("/proc/stat")) return null;
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Ticks([.. fields[1..4], .. fields[6..8]]);
    }

    private static TimeSpan Ticks(string[] fields) =>
        TimeSpan.FromSeconds(fields.Sum(field => double.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond);

    private sealed record ProcessStat(string Name, int Parent, TimeSpan Own, TimeSpan EndedChildren);
}
