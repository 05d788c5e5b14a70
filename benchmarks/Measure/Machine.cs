using System.Runtime.InteropServices;
using Fulfillment.Benchmarks.TestEnvironment;
using Npgsql;

namespace Fulfillment.Benchmarks.Measure;

/// <summary>Describes the machine of a measurement.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync(RunningSystem system, CancellationToken ct) =>
        $"{Describe()}, PostgreSQL {(await SettingAsync(system, "server_version", ct)).Split(' ')[0]}, "
        + $"{await system.Broker.VersionAsync(ct)}";

    public static string Describe() => $"{Environment.ProcessorCount} x {Processor()}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The mode of the system, and the durability of a commit.</summary>
    public static async Task<string> SettingsAsync(StartOptions options, RunningSystem system, CancellationToken ct) =>
        $"{(options.Split ? "4 processes" : "1 process")}, {options.QueueType} queues, "
        + $"fsync {await SettingAsync(system, "fsync", ct)}, synchronous_commit {await SettingAsync(system, "synchronous_commit", ct)}";

    private static async Task<string> SettingAsync(RunningSystem system, string name, CancellationToken ct)
    {
        await using var command = system.Databases["Order"].CreateCommand("SELECT current_setting($1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    private static string Processor()
    {
        const string File = "/proc/cpuinfo";
        var line = System.IO.File.Exists(File)
            ? System.IO.File.ReadLines(File).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
