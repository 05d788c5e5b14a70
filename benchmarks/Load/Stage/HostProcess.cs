using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Fulfillment.Load.Stage;

/// <summary>One process of the system, on a free port of this machine, its output in a file.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _log;

    private HostProcess(string name, Process process, string log, Uri address) => (Name, _process, _log, Address) = (name, process, log, address);

    /// <summary>Of the module, or host when it runs all of them.</summary>
    public string Name { get; }

    public Uri Address { get; }

    public int Id => _process.Id;

    /// <summary>Starts a process that runs one module, or all of them.</summary>
    public static HostProcess Start(string? module, IReadOnlyDictionary<string, string> settings)
    {
        var program = Repository.File("artifacts/bin/Host/release/Host.dll");
        var name = module?.ToLowerInvariant() ?? "host";
        var log = Repository.NewFile($"artifacts/bench/{name}.log");
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        // The shell sends the output to the file and becomes the host, so that no byte of it comes through this process.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$1\" >\"$2\" 2>&1", Environment.ProcessPath!, program, log])
        {
            WorkingDirectory = Path.GetDirectoryName(program),
            UseShellExecute = false,
        };
        foreach (var (variable, value) in settings) start.Environment[variable] = value;
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["MigrateAtStart"] = "true";
        if (module is not null) start.Environment["MODULES"] = module;
        return new HostProcess(name, Process.Start(start)!, log, address);
    }

    /// <summary>Waits until the process is ready for work.</summary>
    public async Task ReadyAsync(CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = Address };
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(100, ct))
        {
            ThrowIfEnded();
            try
            {
                using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative), ct);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }

        throw new LoadException($"The host is not ready after {Patience.TotalSeconds:0} s; what it says is in {_log}");
    }

    /// <summary>The most memory that the process has ever had in use, in bytes, where the system tells (Linux).</summary>
    public long? PeakMemory()
    {
        var file = $"/proc/{Id}/status";
        if (!File.Exists(file)) return null;
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null ? null : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    public void ThrowIfEnded()
    {
        if (_process.HasExited) throw new LoadException($"The host ended with {_process.ExitCode}; its last words are in {_log}");
    }

    /// <summary>Stops the process as an operator would, and by force when it does not listen.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("/bin/sh", ["-c", $"kill {_process.Id}"])) await kill.WaitForExitAsync();
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
