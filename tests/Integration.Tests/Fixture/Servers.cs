using DotNet.Testcontainers.Containers;
using Npgsql;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace Integration.Tests.Fixture;

/// <summary>
/// PostgreSQL and RabbitMQ that all tests share, each with databases and a virtual host of its own: the ones that
/// <c>FULFILLMENT_POSTGRES</c>, <c>FULFILLMENT_RABBITMQ</c> and <c>FULFILLMENT_RABBITMQ_MANAGEMENT</c> name, else containers,
/// else private processes of <c>./dev servers</c>.
/// </summary>
public class Servers : IAsyncLifetime
{
    private readonly string _set;
    private readonly List<IContainer> _containers = [];
    private readonly Lazy<Task<FulfillmentSystem>> _template;
    private bool _downAtEnd;

    public Servers()
        : this("test")
    {
    }

    /// <summary>Another pair of servers.</summary>
    /// <param name="set">Its name for <c>./dev servers</c>.</param>
    protected Servers(string set)
    {
        _set = set;
        _template = new Lazy<Task<FulfillmentSystem>>(() => FulfillmentSystem.CreateTemplateAsync(this));
    }

    /// <summary>Connection string of a role that may create databases and roles, without a database.</summary>
    public string Postgres { get; private set; } = "";

    /// <summary>Address of the broker without a virtual host.</summary>
    public Uri Amqp { get; private set; } = new("amqp://localhost");

    /// <summary>Address of the broker's management API.</summary>
    public Uri Management { get; private set; } = new("http://localhost");

    /// <summary>Set of <c>./dev servers</c> that these are; null when they are none.</summary>
    public string? Set => ArePrivate ? _set : null;

    /// <summary>A system whose databases are migrated, and are copied for others.</summary>
    internal Task<FulfillmentSystem> TemplateAsync() => _template.Value;

    protected RabbitMqContainer? BrokerContainer { get; private set; }

    protected PostgreSqlContainer? DatabaseContainer { get; private set; }

    /// <summary>They are processes of <c>./dev servers</c>.</summary>
    protected bool ArePrivate { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("FULFILLMENT_POSTGRES") is { Length: > 0 } postgres)
        {
            // ./dev test says so when the servers are its own, which are the set for all tests.
            ArePrivate = Environment.GetEnvironmentVariable("FULFILLMENT_SERVERS") == "private";
            if (ArePrivate && _set != "test") await StartPrivateAsync();
            else
                Use(
                    ArePrivate ? "the private servers of ./dev" : "the given servers, which are not restarted",
                    postgres, Required("FULFILLMENT_RABBITMQ"), Required("FULFILLMENT_RABBITMQ_MANAGEMENT"));
            return;
        }

        if (await StartContainersAsync() is { } reason) await StartPrivateAsync(reason);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_template.IsValueCreated) await (await _template.Value).DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        foreach (var container in _containers) await container.DisposeAsync();
        if (_downAtEnd) await Dev("down");
    }

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

    private async Task StartPrivateAsync(string? noContainers = null)
    {
        await Dev("up");
        ArePrivate = true;
        _downAtEnd = true;
        var addresses = (await Dev("env"))
            .Split('\n')
            .Where(line => line.StartsWith("export ", StringComparison.Ordinal))
            .Select(line => line["export ".Length..].Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
        if (addresses.Count == 0)
            throw new InvalidOperationException($"./dev servers has none for the tests, because Docker answers; but {noContainers}");
        Use(
            $"private servers, started with ./dev servers up {_set}", addresses["FULFILLMENT_POSTGRES"],
            addresses["FULFILLMENT_RABBITMQ"], addresses["FULFILLMENT_RABBITMQ_MANAGEMENT"]);
    }

    /// <summary>Null when the containers run, else why they do not.</summary>
    private async Task<string?> StartContainersAsync()
    {
        try
        {
            // The ports are chosen here because a restarted container would otherwise get others.
            var (amqp, management, port) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
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
            (BrokerContainer, DatabaseContainer) = (rabbitmq, postgres);
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

    /// <summary>Runs a command of ./dev servers, which may have to install the servers first.</summary>
    protected Task<string> Dev(string command) =>
        new DevServers(_set) { Timeout = TimeSpan.FromMinutes(10) }.RunAsync(command, CancellationToken.None);
}
