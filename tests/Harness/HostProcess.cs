using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Fulfillment.Harness;

/// <summary>Start settings of a process of the system.</summary>
/// <param name="Name">Display name, and name of its log.</param>
/// <param name="Module">The module that it runs, or null for all of them.</param>
/// <param name="Port">Its port.</param>
/// <param name="Log">File that its output is appended to.</param>
/// <param name="Settings">Environment variables.</param>
internal sealed record HostLaunch(string Name, string? Module, int Port, string Log, IReadOnlyDictionary<string, string> Settings);

/// <summary>One process of the system, its output in a file.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _log;

    private HostProcess(HostLaunch launch, Process process) =>
        (Name, _process, _log, Address) = (launch.Name, process, launch.Log, new Uri($"http://127.0.0.1:{launch.Port}"));

    /// <summary>Of the module, or host when it runs all of them.</summary>
    public string Name { get; }

    public Uri Address { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Exit code: 128 plus the number of the signal, if a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a process that runs one module, or all of them, on a free port with a new log.</summary>
    public static HostProcess Start(string? module, IReadOnlyDictionary<string, string> settings)
    {
        var name = module?.ToLowerInvariant() ?? "host";
        var log = Repository.NewFile($"artifacts/bench/{name}.log");
        File.Delete(log);
        return Start(new HostLaunch(name, module, FreePort(), log, settings));
    }

    /// <summary>Starts a process.</summary>
    public static HostProcess Start(HostLaunch launch)
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
        return new HostProcess(launch, Process.Start(start)!);
    }

    /// <summary>Sends a signal. A process that has ended meanwhile does not get it.</summary>
    public void Signal(Signal signal)
    {
        if (_process.HasExited) return;
        if (SignalSender.Send(_process.Id, signal) is { } error && !_process.HasExited)
            throw new HarnessException($"{Name} cannot be sent {signal}: {error}");
    }

    /// <summary>True once the process has ended, false when it has not within the timeout.</summary>
    public async Task<bool> EndsAsync(TimeSpan timeout, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Waits until the process is ready for work.</summary>
    public async Task ReadyAsync(CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = Address };
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Timeout; await Task.Delay(100, ct))
        {
            ThrowIfEnded();
            try
            {
                using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // The process does not listen yet.
            }
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
        if (_process.HasExited) throw new HarnessException($"The host ended with {_process.ExitCode}; its log is {_log}");
    }

    /// <summary>Stops the process as an operator does, and kills it when it does not stop.</summary>
    public async ValueTask DisposeAsync()
    {
        Signal(Harness.Signal.Continue);
        Signal(Harness.Signal.Terminate);
        if (!await EndsAsync(Timeout, CancellationToken.None)) _process.Kill();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
