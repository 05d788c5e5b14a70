using Fulfillment.Cli;
using Fulfillment.Harness;

namespace Fulfillment.Benchmarks.TestEnvironment;

/// <summary>Start options of the system.</summary>
/// <param name="Split">One process per module instead of one for all.</param>
/// <param name="QueueType">quorum or classic.</param>
/// <param name="Keep">Leaves databases, virtual host and uploads behind.</param>
internal sealed record StartOptions(bool Split, string QueueType, bool Keep)
{
    public static StartOptions Read(Arguments arguments) =>
        new(arguments.Flag("--split"), arguments.Choice("--queue-type", "quorum", "classic"), arguments.Flag("--keep"));
}

/// <summary>The system on databases and a virtual host of its own, from its first start to its end.</summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private readonly StartOptions _options;
    private readonly Dictionary<string, LoggedProcess> _hosts = [];
    private readonly string _uploads = Repository.NewFolder($"artifacts/bench/imports/{Guid.NewGuid():N}");

    private RunningSystem(StartOptions options, Databases databases, Broker broker) =>
        (_options, Databases, Broker) = (options, databases, broker);

    public Databases Databases { get; }

    public Broker Broker { get; }

    public IReadOnlyList<LoggedProcess> Processes => [.. _hosts.Values.Distinct()];

    /// <summary>Base address of a module's HTTP API.</summary>
    public Uri this[string module] => _hosts[module].Address;

    public static async Task<RunningSystem> StartAsync(StartOptions options, CancellationToken ct)
    {
        var system = new RunningSystem(options, await Databases.PrepareAsync("bench", ct), await Broker.PrepareAsync("bench", ct));
        try
        {
            await system.StartHostsAsync(ct);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public void ThrowIfEnded()
    {
        foreach (var host in _hosts.Values) host.ThrowIfEnded();
    }

    /// <summary>Stops the processes; databases and broker keep running. Unacknowledged messages are in their queues again.</summary>
    public async Task StopHostsAsync()
    {
        await Task.WhenAll(Processes.Select(host => host.DisposeAsync().AsTask()));
        _hosts.Clear();
    }

    /// <summary>Stops the processes, runs an action and starts them again.</summary>
    public async Task RestartAsync(Func<Task> meanwhile, CancellationToken ct)
    {
        await StopHostsAsync();
        await meanwhile();
        await StartHostsAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await StopHostsAsync();
        await Databases.DisposeAsync();
        if (!_options.Keep)
        {
            await Databases.DropAsync();
            await Broker.DeleteAsync(CancellationToken.None);
            Directory.Delete(_uploads, recursive: true);
        }

        Broker.Dispose();
    }

    private async Task StartHostsAsync(CancellationToken ct)
    {
        var settings = Databases.ConnectionStrings.ToDictionary(
            database => $"ConnectionStrings__{database.Key}", database => database.Value);
        settings["Import__Directory"] = _uploads;
        settings["RabbitMq__Uri"] = Broker.Uri.ToString();
        settings["RabbitMq__QueueType"] = _options.QueueType;
        var all = _options.Split ? null : Start(module: null, settings);
        foreach (var module in Databases.Modules) _hosts[module] = all ?? Start(module, settings);
        await Task.WhenAll(Processes.Select(host => host.ReadyAsync(ct)));
    }

    /// <summary>Starts a process that runs one module, or all of them, on a free port with a new log.</summary>
    private static LoggedProcess Start(string? module, Dictionary<string, string> settings)
    {
        var name = module?.ToLowerInvariant() ?? "host";
        var log = Repository.NewFile($"artifacts/bench/{name}.log");
        File.Delete(log);
        return LoggedProcess.Start(new HostLaunch(name, module, FreePort.Next(), log, settings));
    }
}
