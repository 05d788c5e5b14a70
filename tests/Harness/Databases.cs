using Npgsql;

namespace Fulfillment.Harness;

/// <summary>One database per module: those that the environment names, or new ones on one server.</summary>
internal sealed class Databases : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Modules = ["Order", "Inventory", "Payment", "Notification"];

    private readonly Dictionary<string, NpgsqlDataSource> _sources = [];
    private readonly string _prefix;
    private string? _server;

    private Databases(string prefix) => _prefix = prefix;

    /// <summary>Connection strings by module.</summary>
    public Dictionary<string, string> ConnectionStrings { get; } = [];

    /// <summary>The server that the databases were created on, as its administrator.</summary>
    /// <exception cref="HarnessException">The environment names the databases instead.</exception>
    public string Server =>
        _server ?? throw new HarnessException("This needs databases of its own: unset ConnectionStrings__Order and the others.");

    /// <summary>A pool of the module's role.</summary>
    public NpgsqlDataSource this[string module] => _sources[module];

    /// <param name="prefix">Begins the names of created databases.</param>
    /// <param name="ct">Cancels the preparation.</param>
    public static async Task<Databases> PrepareAsync(string prefix, CancellationToken ct)
    {
        var databases = new Databases(prefix);
        foreach (var module in Modules)
        {
            if (Environment.GetEnvironmentVariable($"ConnectionStrings__{module}") is { Length: > 0 } given)
                databases.ConnectionStrings[module] = given;
        }

        if (databases.ConnectionStrings.Count is not (0 or 4))
            throw new HarnessException(
                "Either all of ConnectionStrings__Order, __Inventory, __Payment and __Notification are set, or none.");
        if (databases.ConnectionStrings.Count == 0) await databases.CreateAsync(ct);
        foreach (var (module, address) in databases.ConnectionStrings)
            databases._sources[module] = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address) { ApplicationName = "load" });
        return databases;
    }

    /// <summary>Changes the password of a module's role.</summary>
    public async Task SetPasswordAsync(string module, string password, CancellationToken ct)
    {
        await using var server = NpgsqlDataSource.Create(Server);
        await ExecuteAsync(
            server, $"ALTER ROLE {new NpgsqlConnectionStringBuilder(ConnectionStrings[module]).Username} PASSWORD '{password}'", ct);
    }

    /// <summary>Connects to a module's database as the administrator of the server.</summary>
    /// <exception cref="HarnessException">The environment names the databases instead.</exception>
    public async Task<NpgsqlConnection> OpenAsAdministratorAsync(string module, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Server) { Database = Name(module) }.ConnectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    /// <summary>Drops the databases that <see cref="PrepareAsync"/> created.</summary>
    public async Task DropAsync()
    {
        if (_server is null) return;
        await using var server = NpgsqlDataSource.Create(_server);
        foreach (var module in Modules) await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {Name(module)} WITH (FORCE)", default);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources.Values) await source.DisposeAsync();
    }

    private async Task CreateAsync(CancellationToken ct)
    {
        var given = Environment.GetEnvironmentVariable("FULFILLMENT_POSTGRES")
            ?? throw new HarnessException("FULFILLMENT_POSTGRES is missing; ./dev servers env bench prints it.");
        _server = new NpgsqlConnectionStringBuilder(given) { Database = "postgres", Pooling = false }.ConnectionString;
        await using var server = NpgsqlDataSource.Create(_server);
        foreach (var module in Modules)
        {
            var (user, password) = ($"{module.ToLowerInvariant()}user", $"{module.ToLowerInvariant()}pass");
            await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {Name(module)} WITH (FORCE)", ct);
            await ExecuteAsync(
                server,
                $"""
                DO $$ BEGIN
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{user}') THEN CREATE ROLE {user} LOGIN; END IF;
                    ALTER ROLE {user} PASSWORD '{password}';
                END $$
                """,
                ct);
            await ExecuteAsync(server, $"CREATE DATABASE {Name(module)} OWNER {user}", ct);
            ConnectionStrings[module] =
                new NpgsqlConnectionStringBuilder(given) { Database = Name(module), Username = user, Password = password }.ConnectionString;
        }
    }

    private string Name(string module) => $"{_prefix}_{module.ToLowerInvariant()}";

    public static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Built from constants and from the catalogue of a database of this run.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}
