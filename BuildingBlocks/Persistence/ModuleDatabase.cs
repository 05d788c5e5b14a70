using Fulfillment.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>
/// The database of one module, with two pools of connections. A flood of expensive reads exhausts its own pool and leaves the
/// pool of orders and messages alone.
/// </summary>
/// <typeparam name="TContext">DbContext of the module.</typeparam>
public sealed class ModuleDatabase<TContext> : IModuleDatabase, IAsyncDisposable
    where TContext : DbContext
{
    // Of both pools together: three replicas fit into a server with its default of 100 connections.
    private const int DefaultConnections = 25;
    private const double QueryShare = 0.4;
    private const int StatementTimeoutMs = 3_000;

    // Opens no connection yet. The settings in the connection string are kept.
    internal ModuleDatabase(string module, string connectionString, params IEnumerable<Type> enums)
    {
        Module = module;
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var connections = given.ShouldSerialize("Maximum Pool Size") ? given.MaxPoolSize : DefaultConnections;
        var forQueries = Math.Max(1, (int)(connections * QueryShare));
        // Statements of group commits look rows up by their keys. A sequential scan that is planned while a table is small would
        // stay in use when the table has grown. The cost of a scan that has no other plan then looks huge, and the server would
        // compile each such statement for 0.2 s.
        Source = Build(Math.Max(1, connections - forQueries), "-c enable_seqscan=off -c jit=off");
        // A read that takes longer is cancelled by the server, so that the few connections of this pool come free again.
        // A plan for all values of a filter would be the wrong one for rare values, so each read is planned with its own.
        Queries = Build(forQueries, $"-c statement_timeout={StatementTimeoutMs} -c plan_cache_mode=force_custom_plan -c jit=off");

        NpgsqlDataSource Build(int size, string options)
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString)
            {
                // Statements are few and constant, and every one of them is hot.
                MaxAutoPrepare = 50, AutoPrepareMinUsages = 2, NoResetOnClose = true, ApplicationName = module, MaxPoolSize = size,
            };
            // A server that has vanished without a word times out in seconds, unless the connection string says otherwise.
            if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 3;
            if (!settings.ShouldSerialize("Command Timeout")) settings.CommandTimeout = 10;
            settings.MinPoolSize = Math.Min(settings.MinPoolSize, size);
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 5, 2);
            settings.Options = $"{options} {settings.Options}".TrimEnd();
            var pool = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            foreach (var type in enums) pool.MapEnum(type, nameTranslator: EnumNames.Instance);
            return pool.Build();
        }
    }

    /// <summary>Name of the owning module.</summary>
    public string Module { get; }

    /// <summary>Connections for orders, messages and background work: group commits, relays and workers.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>
    /// Connections for the DbContext and for everything that only reads: lists, statistics, audits and gauges. The server cancels
    /// a statement that takes longer than three seconds, unless its transaction sets another <c>statement_timeout</c>.
    /// </summary>
    public NpgsqlDataSource Queries { get; }

    Type IModuleDatabase.ContextType => typeof(TContext);

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await Source.DisposeAsync();
        await Queries.DisposeAsync();
    }
}

/// <summary>A module's database as health checks, migrations and background jobs use it.</summary>
internal interface IModuleDatabase
{
    string Module { get; }

    NpgsqlDataSource Source { get; }

    NpgsqlDataSource Queries { get; }

    Type ContextType { get; }
}

/// <summary>Registers a module's database.</summary>
public static class ModuleDatabaseRegistration
{
    /// <summary>Connection string, DbContext and pools of a module; the string is <c>ConnectionStrings:{module}</c>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="module">Name of the module.</param>
    /// <param name="enums">Enums of its entities; each is a type of the database.</param>
    /// <exception cref="ConfigurationException">The connection string is missing or malformed.</exception>
    public static void AddModuleDatabase<TContext>(this IHostApplicationBuilder builder, string module, params Type[] enums)
        where TContext : DbContext
    {
        var connectionString = ConnectionStrings.Read(builder.Configuration, module);
        // By factory, so that the container closes the pools.
        builder.Services.AddSingleton(_ => new ModuleDatabase<TContext>(module, connectionString, enums));
        builder.Services.AddSingleton<IModuleDatabase>(services => services.GetRequiredService<ModuleDatabase<TContext>>());
        builder.Services.AddPooledDbContextFactory<TContext>((services, options) =>
        {
            var queries = services.GetRequiredService<ModuleDatabase<TContext>>().Queries;
            options.UseNpgsql(queries, npgsql =>
                {
                    foreach (var type in enums) npgsql.MapEnum(type, nameTranslator: EnumNames.Instance);
                })
                .UseSnakeCaseNamingConvention()
                .AddInterceptors(new CommitOutcome(), new StatementOutcome(queries))
                // Indexes are created outside of transactions by statements that can be repeated.
                .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.NonTransactionalMigrationOperationWarning));
        });
        builder.Services.AddScoped(services => services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
        builder.Services.AddSingleton<IWarmUp, ContextWarmUp<TContext>>();
    }
}
