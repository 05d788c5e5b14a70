using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Integration.Tests.Fixture;

/// <summary>A process of the host, with what it has said.</summary>
internal sealed class HostProcess : SystemProcess
{
    private static readonly List<HostProcess> Started = [];
    private readonly string? _collection = TestContext.Current.TestCollection?.UniqueID;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openStreams = 2;

    private HostProcess(string name, Process process, Uri address)
        : base(name, process, address)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        lock (Started) Started.Add(this);
    }

    /// <summary>A client of its HTTP API.</summary>
    public HttpClient Http { get; }

    /// <summary>Everything that it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts a host, on a free port unless its settings say where, and returns at once.</summary>
    /// <param name="name">Name for people.</param>
    /// <param name="settings">Environment variables; nothing that this process was given for the host is handed on.</param>
    /// <param name="arguments">Arguments after <c>Host.dll</c>.</param>
    public static HostProcess Start(string name, IEnumerable<KeyValuePair<string, string?>> settings, params string[] arguments)
    {
        var port = settings.FirstOrDefault(setting => setting.Key == "ASPNETCORE_HTTP_PORTS").Value;
        var address = new Uri(settings.FirstOrDefault(setting => setting.Key == "ASPNETCORE_URLS").Value
            ?? $"http://127.0.0.1:{port ?? FreePort.Next().ToString(CultureInfo.InvariantCulture)}");
        var start = new ProcessStartInfo("dotnet", [Repository.Host, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(Repository.Host)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        string[] ours =
        [
            "FULFILLMENT_", "ConnectionStrings__", "RabbitMq__", "Payment__", "Import__", "Audit__", "Retention__", "Shutdown__",
            "ASPNETCORE_", "MODULES", "FAILPOINT",
        ];
        var inherited = start.Environment.Keys.Where(key => ours.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        foreach (var key in inherited.ToList()) start.Environment.Remove(key);
        if (port is null) start.Environment["ASPNETCORE_URLS"] = address.ToString();
        foreach (var (key, value) in settings)
        {
            if (value is null) start.Environment.Remove(key);
            else start.Environment[key] = value;
        }

        return new HostProcess(name, new Process { StartInfo = start, EnableRaisingEvents = true }, address);
    }

    /// <summary>Waits until it serves, or fails at once when it has ended.</summary>
    public async Task<HostProcess> WaitUntilReadyAsync()
    {
        await Eventually.True($"{Name} to be ready\n{this}", async () =>
            HasExited ? throw new HostEndedException($"{Name} ended with {ExitCode}:\n{Output}") : await HealthAsync("ready") == 200);
        return this;
    }

    /// <summary>Status code of one of its health checks.</summary>
    public async Task<int> HealthAsync(string check)
    {
        using var response = await Http.GetAsync(new Uri($"/health/{check}", UriKind.Relative));
        return (int)response.StatusCode;
    }

    /// <summary>Whether it listens.</summary>
    public async Task<bool> TakesConnectionsAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(Http.BaseAddress!.Host, Http.BaseAddress.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits until it has ended by itself, and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        if (!await EndsAsync(Eventually.Deadline, CancellationToken.None)) throw new TimeoutException($"{Name} does not end:\n{Output}");
        await _outputEnded.Task.WaitAsync(Eventually.Deadline);
        return ExitCode;
    }

    /// <summary>Ends it as a power failure would.</summary>
    public Task<int> KillAsync()
    {
        _process.Kill();
        return WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as an orchestrator does, and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signal(Fulfillment.Harness.Signal.Terminate);
        return await WaitForExitAsync();
    }

    /// <summary>What its readiness check says.</summary>
    public async Task<string> ReadinessAsync()
    {
        using var response = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return await response.Content.ReadAsStringAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (!HasExited) await KillAsync();
        Http.Dispose();
    }

    /// <summary>
    /// The end of what the processes of this collection have said since the last call, for a test that has failed. The tests of
    /// a collection run one after the other, and other collections beside them.
    /// </summary>
    public static string TakeOutputs()
    {
        var collection = TestContext.Current.TestCollection?.UniqueID;
        lock (Started)
        {
            var ours = Started.Where(process => process._collection == collection).ToList();
            foreach (var process in ours.Where(process => process._outputEnded.Task.IsCompleted)) Started.Remove(process);
            return string.Join('\n', ours);
        }
    }

    public override string ToString()
    {
        var lines = Output.Split('\n');
        return $"--- {Name}{(_outputEnded.Task.IsCompleted ? ", ended" : "")}, last {Math.Min(60, lines.Length)} lines of {lines.Length}\n"
            + string.Join('\n', lines.TakeLast(60));
    }

    private void Add(string? line)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref _openStreams) == 0) _outputEnded.TrySetResult();
            return;
        }

        lock (_output) _output.Append(line).Append('\n');
    }
}

/// <summary>A process ended that was expected to serve; waiting longer is of no use.</summary>
internal sealed class HostEndedException(string message) : Exception(message);
