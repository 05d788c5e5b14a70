using System.Diagnostics;
using Fulfillment.Cli;
using Fulfillment.Harness;
using Fulfillment.Harness.Network;

namespace Fulfillment.Chaos.TestEnvironment;

/// <summary>
/// One process of a module. It has the same address at every start, and networks of its own to its database and to the broker. A fault
/// holds its <see cref="Turn"/>.
/// </summary>
internal sealed class Instance(HostLaunch launch, TcpProxy database, TcpProxy broker, ChaosLog log) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = HealthTimeout, BaseAddress = new Uri($"http://127.0.0.1:{launch.Port}"),
    };

    private LoggedProcess? _process;

    public string Name => launch.Name;

    public string Module => launch.Module!;

    public Uri Address => _http.BaseAddress!;

    public TcpProxy Database => database;

    public TcpProxy Broker => broker;

    /// <summary>Held by the code that starts, stops or disturbs the process.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>True when the process has ended without being stopped.</summary>
    public bool HasEnded => _process is { HasExited: true };

    public Task<IDisposable> TakeTurnAsync(CancellationToken ct) => EndOfTurn.TakeAsync(Turn, ct);

    /// <summary>Starts the process; with a crash point it crashes there.</summary>
    public void Start(string? crashPoint = null)
    {
        var settings = new Dictionary<string, string>(launch.Settings);
        if (crashPoint is not null) settings["FAILPOINT"] = crashPoint;
        _process = LoggedProcess.Start(launch with { Settings = settings });
        log.Say($"{Name} starts{(crashPoint is null ? "" : $" to die at {crashPoint}")}, pid {_process.Id}");
    }

    /// <summary>
    /// Waits until the process is ready, and logs a violation when it does not become ready. A process that ends instead is started again.
    /// </summary>
    public async Task BecomeReadyAsync(CancellationToken ct)
    {
        for (var watch = Stopwatch.StartNew(); !await IsReadyAsync(ct); await Task.Delay(100, ct))
        {
            if (HasEnded)
            {
                log.Violation($"{Name} ended with {_process!.ExitCode} while it was to start; its log is {launch.Log}");
                Start();
                watch.Restart();
            }

            if (watch.Elapsed < StartTimeout) continue;
            log.Violation($"{Name} is not ready {StartTimeout.TotalSeconds:0} s after its start; its log is {launch.Log}");
            return;
        }

        log.Count("restarts");
    }

    /// <summary>Kills the process, as a power failure would.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        _process!.Signal(Signal.Kill);
        if (!await _process.EndsAsync(StopTimeout, ct)) throw new CommandException($"{Name} survives SIGKILL.");
        log.Say($"{Name} is dead");
    }

    /// <summary>Stops the process as an operator does, and logs a violation when it does not stop in time or with success.</summary>
    public async Task TerminateAsync(CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        _process!.Signal(Signal.Terminate);
        if (!await _process.EndsAsync(StopTimeout, ct))
        {
            log.Violation($"{Name} still runs {StopTimeout.TotalSeconds:0} s after SIGTERM; its log is {launch.Log}");
            await KillAsync(ct);
        }
        else if (_process.ExitCode != 0)
        {
            log.Violation($"{Name} ended with {_process.ExitCode} after SIGTERM; its log is {launch.Log}");
        }

        log.Say($"{Name} has ended {watch.Elapsed.TotalSeconds:0.0} s after SIGTERM");
    }

    /// <summary>True once the process has crashed, false when it has not within the timeout.</summary>
    public Task<bool> DiesAsync(TimeSpan timeout, CancellationToken ct) => _process!.EndsAsync(timeout, ct);

    public void Freeze() => _process!.Signal(Signal.Stop);

    public void Thaw() => _process!.Signal(Signal.Continue);

    public Task<bool> IsReadyAsync(CancellationToken ct) => Health.IsReadyAsync(_http, Address, ct);

    /// <summary>Restarts a process that has ended without being stopped, and logs a violation.</summary>
    public async Task ReviveAsync(CancellationToken ct)
    {
        if (!HasEnded) return;
        log.Violation($"{Name} has ended with {_process!.ExitCode} by itself; its log is {launch.Log}");
        Start();
        await BecomeReadyAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        await database.DisposeAsync();
        await broker.DisposeAsync();
        _http.Dispose();
        Turn.Dispose();
    }
}
