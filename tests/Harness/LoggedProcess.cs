using System.Diagnostics;
using System.Globalization;
using Fulfillment.Harness.Network;

namespace Fulfillment.Harness;

/// <summary>Start settings of a process of the system.</summary>
/// <param name="Name">Display name, and name of its log.</param>
/// <param name="Module">The module that it runs, or null for all of them.</param>
/// <param name="Port">Its port.</param>
/// <param name="Log">File that its output is appended to.</param>
/// <param name="Settings">Environment variables.</param>
internal sealed record HostLaunch(string Name, string? Module, int Port, string Log, IReadOnlyDictionary<string, string> Settings);

/// <summary>A process of the system, its output in a file.</summary>
internal sealed class LoggedProcess : SystemProcess
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _log;

    private LoggedProcess(HostLaunch launch, Process process)
        : base(launch.Name, process, new Uri($"http://127.0.0.1:{launch.Port}")) => (_process, _log) = (process, launch.Log);

    public static LoggedProcess Start(HostLaunch launch)
    {
        var program = Repository.Host;
        // The shell redirects the output to the file and becomes the host, so that this process copies none of it.
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", "exec \"$0\" \"$1\" >>\"$2\" 2>&1", Environment.ProcessPath!, program, launch.Log])
        {
            WorkingDirectory = Path.GetDirectoryName(program),
            UseShellExecute = false,
        };
        foreach (var (variable, value) in launch.Settings) start.Environment[variable] = value;
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{launch.Port}";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["MigrateAtStart"] = "true";
        if (launch.Module is not null) start.Environment["MODULES"] = launch.Module;
        return new LoggedProcess(launch, Process.Start(start)!);
    }

    /// <summary>Waits until the process is ready for work.</summary>
    public async Task ReadyAsync(CancellationToken ct)
    {
        using var http = new HttpClient();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Timeout; await Task.Delay(100, ct))
        {
            ThrowIfEnded();
            if (await Health.IsReadyAsync(http, Address, ct)) return;
        }

        throw new HarnessException($"The host is not ready after {Timeout.TotalSeconds:0} s; its log is {_log}");
    }

    /// <summary>The largest memory use of the process so far, in bytes, where the system reports it (Linux).</summary>
    public long? PeakMemory()
    {
        var file = $"/proc/{Id}/status";
        if (!File.Exists(file)) return null;
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null
            ? null
            : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    public void ThrowIfEnded()
    {
        if (HasExited) throw new HarnessException($"The host ended with {ExitCode}; its log is {_log}");
    }

    /// <summary>Stops the process as an operator does, and kills it when it does not stop.</summary>
    public override async ValueTask DisposeAsync()
    {
        Signal(Harness.Signal.Continue);
        Signal(Harness.Signal.Terminate);
        if (!await EndsAsync(Timeout, CancellationToken.None)) _process.Kill();
        _process.Dispose();
    }
}
