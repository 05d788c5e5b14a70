using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>
/// The database of one module, with two pools of connections: a flood of expensive reads exhausts its own pool and leaves that of orders and
/// messages alone.
/// </summary>
/// <typeparam name="TContext">DbContext of the module.</typeparam>
public sealed class ModuleDatabase<TContext> : IModuleDatabase, IAsyncDisposable
    where TContext : DbContext
{
    // Three replicas of both pools fit into a server with its default of 100 connections.
    private const int SourceConnections = 15;
    private const int QueryConnections = 10;
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Opens no connection yet.</summary>
    /// <param name="module">Name of the owning module.</param>
    /// <param name="connectionString">Connection string of the module; what it sets is kept.</param>
    public ModuleDatabase(string module, string connectionString)
    {
        Module = module;
        Source = Build(connectionString, SourceConnections, settings =>
        {
            // Statements of group commits look rows up by their keys. Planned while a table is small, a sequential scan would stay in use when it has grown.
            settings.Options = $"{settings.Options} -c enable_seqscan=off".TrimStart();
        });
        Queries = Build(connectionString, QueryConnections, settings =>
        {
            // A read that takes longer is cancelled by the server, so that the few connections of this pool come free again.
            settings.Options = $"-c statement_timeout={StatementTimeout.TotalMilliseconds:0} {settings.Options}".TrimEnd();
        });

        NpgsqlDataSource Build(string text, int connections, Action<NpgsqlConnectionStringBuilder> configure)
        {
            var settings = new NpgsqlConnectionStringBuilder(text)
            {
                // Statements are few and constant, and every one of them is hot.
                MaxAutoPrepare = 50, AutoPrepareMinUsages = 2, NoResetOnClose = true, ApplicationName = module,
            };
            // A server that has vanished without a word is given up in seconds, unless the connection string says otherwise.
            if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 3;
            if (!settings.ShouldSerialize("Command Timeout")) settings.CommandTimeout = 10;
            if (!settings.ShouldSerialize("Maximum Pool Size")) settings.MaxPoolSize = connections;
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 5, 2);
            configure(settings);
            return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        }
    }

    /// <inheritdoc />
    public string Module { get; }

    /// <inheritdoc />
    public NpgsqlDataSource Source { get; }

    /// <inheritdoc />
    public NpgsqlDataSource Queries { get; }

    /// <inheritdoc />
    public Type ContextType => typeof(TContext);

    /// <summary>Closes both pools.</summary>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Queries.DisposeAsync();
    }
}

/// <summary>What health checks and migrations need to know of a module's database.</summary>
public interface IModuleDatabase
{
    /// <summary>Name of the owning module.</summary>
    string Module { get; }

    /// <summary>Connections for orders, messages and background work: group commits, relays and workers.</summary>
    NpgsqlDataSource Source { get; }

    /// <summary>
    /// Connections for the DbContext and for everything that only reads: lists, statistics, audits and gauges. The server cancels a statement
    /// that takes longer than three seconds, unless its transaction sets another <c>statement_timeout</c>.
    /// </summary>
    NpgsqlDataSource Queries { get; }

    /// <summary>Type of the module's DbContext.</summary>
    Type ContextType { get; }
}

/// <summary>Registers a module's database.</summary>
public static class ModuleDatabaseRegistration
{
    /// <summary>Connection string, DbContext and pools of a module; the string is <c>ConnectionStrings:{module}</c>.</summary>
    /// <exception cref="ConfigurationException">The connection string is missing or malformed.</exception>
    public static void AddModuleDatabase<TContext>(this IHostApplicationBuilder builder, string module)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        var connectionString = ConnectionStrings.Read(builder.Configuration, module);
        // By factory, so that the container closes the pools.
        builder.Services.AddSingleton(_ => new ModuleDatabase<TContext>(module, connectionString));
        builder.Services.AddSingleton<IModuleDatabase>(services => services.GetRequiredService<ModuleDatabase<TContext>>());
        builder.Services.AddPooledDbContextFactory<TContext>((services, options) =>
            options.UseNpgsql(services.GetRequiredService<ModuleDatabase<TContext>>().Queries).UseSnakeCaseNamingConvention()
                // Indexes are created outside of transactions by statements that can be repeated.
                .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.NonTransactionalMigrationOperationWarning)));
        builder.Services.AddScoped(services => services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
        builder.Services.AddSingleton<IWarmUp, ContextWarmUp<TContext>>();
    }
}
