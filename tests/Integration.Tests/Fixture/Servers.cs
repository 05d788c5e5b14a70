using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DotNet.Testcontainers.Containers;
using Npgsql;
using RabbitMQ.Client;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace Integration.Tests.Fixture;

/// <summary>
/// PostgreSQL and RabbitMQ for the whole run: the ones that <c>FULFILLMENT_POSTGRES</c>, <c>FULFILLMENT_RABBITMQ</c> and
/// <c>FULFILLMENT_RABBITMQ_MANAGEMENT</c> name, else containers, else private processes of <c>./dev servers</c>.
/// </summary>
public sealed class Servers : IAsyncLifetime
{
    private readonly List<IContainer> _containers = [];
    private RabbitMqContainer? _brokerContainer;
    private PostgreSqlContainer? _databaseContainer;
    private bool _privateServers;
    private bool _downAtEnd;

    /// <summary>Connection string of a role that may create databases and roles, without a database.</summary>
    public string Postgres { get; private set; } = "";

    /// <summary>Address of the broker without a virtual host.</summary>
    public Uri Amqp { get; private set; } = new("amqp://localhost");

    /// <summary>Address of the broker's management API.</summary>
    public Uri Management { get; private set; } = new("http://localhost");

    /// <summary>Set of <c>./dev servers</c> that these are, which may be stopped and started; null when they are none.</summary>
    public string? Set => _privateServers ? "test" : null;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("FULFILLMENT_POSTGRES") is { Length: > 0 } postgres)
        {
            // ./dev test says so when the servers are its own.
            _privateServers = Environment.GetEnvironmentVariable("FULFILLMENT_SERVERS") == "private";
            Use(
                _privateServers ? "the private servers of ./dev" : "the given servers, which are not restarted",
                postgres, Required("FULFILLMENT_RABBITMQ"), Required("FULFILLMENT_RABBITMQ_MANAGEMENT"));
            return;
        }

        if (await StartContainersAsync() is not { } reason) return;
        await Dev("servers", "up", "test");
        _privateServers = true;
        _downAtEnd = true;
        var addresses = (await Dev("servers", "env", "test"))
            .Split('\n')
            .Where(line => line.StartsWith("export ", StringComparison.Ordinal))
            .Select(line => line["export ".Length..].Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
        if (addresses.Count == 0)
            throw new InvalidOperationException($"./dev servers has none for the tests, because Docker answers; but {reason}");
        Use(
            "private servers, started with ./dev servers up test", addresses["FULFILLMENT_POSTGRES"],
            addresses["FULFILLMENT_RABBITMQ"], addresses["FULFILLMENT_RABBITMQ_MANAGEMENT"]);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var container in _containers) await container.DisposeAsync();
        if (_downAtEnd) await Dev("servers", "down", "test");
    }

    /// <summary>Skips the test that is running unless the broker may be stopped.</summary>
    public void SkipUnlessBrokerIsOurs() => Assert.SkipUnless(
        _privateServers || _brokerContainer is not null, "FULFILLMENT_RABBITMQ names a shared broker, which the tests do not restart");

    public Task StopBrokerAsync() => _brokerContainer?.StopAsync() ?? Dev("servers", "stop-broker", "test");

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartBrokerAsync()
    {
        await (_brokerContainer?.StartAsync() ?? Dev("servers", "start-broker", "test"));
        await Eventually.True("the broker to take connections", async () =>
        {
            await using var connection = await new ConnectionFactory { Uri = Amqp }.CreateConnectionAsync();
            return connection.IsOpen;
        });
    }

    public async Task RestartBrokerAsync()
    {
        await StopBrokerAsync();
        await StartBrokerAsync();
    }

    /// <summary>Skips the test that is running unless the database server may be restarted.</summary>
    public void SkipUnlessDatabaseIsOurs() => Assert.SkipUnless(
        _privateServers || _databaseContainer is not null, "FULFILLMENT_POSTGRES names a shared server, which the tests do not restart");

    /// <summary>Makes the broker refuse what is published, because it has no memory left.</summary>
    public Task FillBrokerAsync() => MemoryOfBrokerAsync("fill-broker", "0.00001");

    /// <summary>Gives the broker its memory back.</summary>
    public Task RelieveBrokerAsync() => MemoryOfBrokerAsync("relieve-broker", "0.4");

    public Task StopPostgresAsync() => _databaseContainer?.StopAsync() ?? Dev("servers", "stop-postgres", "test");

    public async Task RestartPostgresAsync()
    {
        await StopPostgresAsync();
        await StartPostgresAsync();
    }

    /// <summary>Ends PostgreSQL without a shutdown, so that it recovers from its log, and starts it again.</summary>
    public async Task CrashPostgresAsync()
    {
        if (_databaseContainer is null) await Dev("servers", "crash-postgres", "test");
        else await _databaseContainer.ExecAsync(["sh", "-c", "kill -QUIT 1"]);
        await StartPostgresAsync();
    }

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartPostgresAsync()
    {
        await (_databaseContainer?.StartAsync() ?? Dev("servers", "start-postgres", "test"));
        await Eventually.True("PostgreSQL to take connections", async () =>
        {
            await using var source = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(Postgres) { Database = "postgres", Pooling = false });
            await using var connection = await source.OpenConnectionAsync();
            return true;
        });
    }

    private Task MemoryOfBrokerAsync(string command, string fraction) => _brokerContainer is null
        ? Dev("servers", command, "test")
        : _brokerContainer.ExecAsync(["rabbitmqctl", "set_vm_memory_high_watermark", fraction]);

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"FULFILLMENT_POSTGRES is set, but {name} is not");

    private void Use(string what, string postgres, string amqp, string management)
    {
        Postgres = postgres;
        Amqp = new Uri(amqp);
        Management = new Uri(management);
        var said =
            $"Servers: {what}; PostgreSQL at {new NpgsqlConnectionStringBuilder(postgres).Port}, RabbitMQ at {Amqp.Host}:{Amqp.Port}";
        TestContext.Current.SendDiagnosticMessage(said);
        Console.WriteLine(said);
    }

    /// <summary>Null when the containers run, else why they do not.</summary>
    private async Task<string?> StartContainersAsync()
    {
        try
        {
            // The ports are chosen here because a restarted container would otherwise get others.
            var (amqp, management, port) = (FreePort(), FreePort(), FreePort());
            var postgres = new PostgreSqlBuilder("postgres:17-alpine")
                .WithUsername("postgres").WithPassword("postgres")
                .WithPortBinding(port, 5432)
                .WithCommand("-c", "max_connections=300").Build();
            _containers.Add(postgres);
            var rabbitmq = new RabbitMqBuilder("rabbitmq:4-management-alpine")
                .WithUsername("guest").WithPassword("guest")
                .WithPortBinding(amqp, 5672).WithPortBinding(management, 15672).Build();
            _containers.Add(rabbitmq);
            await Task.WhenAll(postgres.StartAsync(), rabbitmq.StartAsync());
            (_brokerContainer, _databaseContainer) = (rabbitmq, postgres);
            var address = new NpgsqlConnectionStringBuilder(postgres.GetConnectionString()) { Database = null };
            Use(
                "containers", address.ConnectionString, $"amqp://guest:guest@{rabbitmq.Hostname}:{amqp}",
                $"http://guest:guest@{rabbitmq.Hostname}:{management}");
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // No engine, or one that has no images and cannot get them.
            var reason = $"no containers: {e.Message.Split('\n')[0].Trim()}";
            Console.WriteLine($"Servers: {reason}");
            foreach (var container in _containers) await container.DisposeAsync();
            _containers.Clear();
            return reason;
        }
    }

    /// <summary>Runs ./dev of this checkout and returns what it printed.</summary>
    private static async Task<string> Dev(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "dev"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // With addresses in the environment ./dev would treat the servers as shared ones.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("FULFILLMENT_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"./dev {string.Join(' ', arguments)} failed: {output}{await errors}");
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
