using Fulfillment.Chaos.Network;
using Fulfillment.Cli;
using Fulfillment.Harness;
using Fulfillment.Harness.Network;
using Npgsql;

namespace Fulfillment.Chaos.TestEnvironment;

/// <summary>
/// The test environment: the split system with two processes of each module, and networks and gateways that can be disturbed.
/// </summary>
internal sealed class ChaosEnvironment : IAsyncDisposable
{
    private const string Name = "chaos";
    /// <summary>Processes of each module.</summary>
    public const int Replicas = 2;

    private readonly bool _keep;
    private readonly string _uploads = Repository.NewFolder($"artifacts/chaos/imports/{Guid.NewGuid():N}");
    private readonly List<Instance> _instances = [];
    private readonly Dictionary<string, Balancer> _balancers = [];
    private readonly SemaphoreSlim _messages = new(1, 1);

    private ChaosEnvironment(bool keep, Databases databases, Broker broker, ChaosLog log) =>
        (_keep, Databases, Broker, Log) = (keep, databases, broker, log);

    public static IReadOnlyList<string> ProcessNames { get; } =
        [
            .. Databases.Modules.SelectMany(module =>
                Enumerable.Range(1, Replicas).Select(number => $"{module.ToLowerInvariant()}-{number}")),
        ];

    public Databases Databases { get; }

    public Broker Broker { get; }

    public ChaosLog Log { get; }

    public IReadOnlyList<Instance> Instances => _instances;

    /// <summary>Address of the gateway to a module.</summary>
    public Uri this[string module] => _balancers[module].Address;

    public static async Task<ChaosEnvironment> StartAsync(bool keep, ChaosLog log, CancellationToken ct)
    {
        var system = new ChaosEnvironment(keep, await Databases.PrepareAsync(Name, ct), await Broker.PrepareAsync(Name, ct), log);
        try
        {
            await system.StartProcessesAsync(ct);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public Instance Process(string name) => _instances.Single(instance => instance.Name == name);

    /// <summary>Held while messages are put into queues, or while the queues are deleted.</summary>
    public Task<IDisposable> TakeMessagesAsync(CancellationToken ct) => EndOfTurn.TakeAsync(_messages, ct);

    /// <summary>Held during a fault of all processes, or of all processes of a module.</summary>
    public async Task<IDisposable> TakeProcessesAsync(CancellationToken ct, string? module = null)
    {
        var turns = new Turns();
        try
        {
            // The order is always the same, so that two callers that take all turns cannot deadlock.
            foreach (var instance in _instances.Where(instance => module is null || instance.Module == module))
                turns.Add(await instance.TakeTurnAsync(ct));
            return turns;
        }
        catch
        {
            turns.Dispose();
            throw;
        }
    }

    /// <summary>Stops the processes as an operator does; databases and broker keep running.</summary>
    public Task StopAsync(CancellationToken ct) => Task.WhenAll(_instances.Select(instance => instance.TerminateAsync(ct)));

    public async ValueTask DisposeAsync()
    {
        foreach (var balancer in _balancers.Values) await balancer.DisposeAsync();
        await Task.WhenAll(_instances.Select(instance => instance.DisposeAsync().AsTask()));
        await Databases.DisposeAsync();
        if (!_keep)
        {
            await Databases.DropAsync();
            await Broker.DeleteAsync(CancellationToken.None);
            Directory.Delete(_uploads, recursive: true);
        }

        Broker.Dispose();
        _messages.Dispose();
    }

    private async Task StartProcessesAsync(CancellationToken ct)
    {
        var folder = Path.GetDirectoryName(Log.File)!;
        foreach (var name in ProcessNames)
        {
            var module = Databases.Modules.Single(module => name.StartsWith(module, StringComparison.OrdinalIgnoreCase));
            var log = Path.Combine(folder, $"{name}.log");
            File.Delete(log);
            var address = new NpgsqlConnectionStringBuilder(Databases.ConnectionStrings[module]);
            var database = new TcpProxy(address.Host!, address.Port);
            var broker = new TcpProxy(Broker.Uri.Host, Broker.Uri.Port < 0 ? 5672 : Broker.Uri.Port);
            (address.Host, address.Port) = ("127.0.0.1", database.Port);
            var settings = new Dictionary<string, string>
            {
                [$"ConnectionStrings__{module}"] = address.ConnectionString,
                ["RabbitMq__Uri"] = new UriBuilder(Broker.Uri) { Host = "127.0.0.1", Port = broker.Port }.Uri.ToString(),
                ["Import__Directory"] = _uploads,
                ["Shutdown__Delay"] = "00:00:02",
                // So short that reservations expire while a dependency is unavailable, and payments are late.
                ["Inventory__ReservationTtl"] = "00:01:00",
                // Most of these processes do not live long enough to profit from it.
                ["DOTNET_TieredPGO"] = "0",
            };
            _instances.Add(new Instance(new HostLaunch(name, module, FreePort.Next(), log, settings), database, broker, Log));
        }

        foreach (var instance in _instances) instance.Start();
        await Task.WhenAll(_instances.Select(instance => instance.BecomeReadyAsync(ct)));
        if (Log.Violations.Count > 0) throw new CommandException($"The system does not start: {string.Join("; ", Log.Violations)}");
        foreach (var module in Databases.Modules)
        {
            // Orders arrive through the Order module; the other gateways get fewer requests.
            var interval = TimeSpan.FromMilliseconds(module == "Order" ? 250 : 1000);
            _balancers[module] = new Balancer(
                [.. _instances.Where(instance => instance.Module == module).Select(instance => instance.Address)], interval);
        }
    }

    private sealed class Turns : List<IDisposable>, IDisposable
    {
        public void Dispose() => ForEach(turn => turn.Dispose());
    }
}
