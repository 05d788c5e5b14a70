using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>The database of one module: a pool of connections that its DbContext and its group commits share.</summary>
/// <typeparam name="TContext">DbContext of the module.</typeparam>
public sealed class ModuleDatabase<TContext>(string module, NpgsqlDataSource source) : IModuleDatabase, IAsyncDisposable
    where TContext : DbContext
{
    /// <summary>Name of the owning module.</summary>
    public string Module { get; } = module;

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; } = source;

    /// <inheritdoc />
    public Type ContextType => typeof(TContext);

    /// <summary>Closes the pool.</summary>
    public ValueTask DisposeAsync() => Source.DisposeAsync();
}

/// <summary>What health checks and migrations need to know of a module's database.</summary>
public interface IModuleDatabase
{
    /// <summary>Name of the owning module.</summary>
    string Module { get; }

    /// <summary>The pool.</summary>
    NpgsqlDataSource Source { get; }

    /// <summary>Type of the module's DbContext.</summary>
    Type ContextType { get; }
}

/// <summary>Registers a module's database.</summary>
public static class ModuleDatabaseRegistration
{
    /// <summary>Connection string, DbContext and pool of a module; the string is <c>ConnectionStrings:{module}</c>.</summary>
    /// <exception cref="ConfigurationException">The connection string is missing or malformed.</exception>
    public static void AddModuleDatabase<TContext>(this IHostApplicationBuilder builder, string module)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = new NpgsqlConnectionStringBuilder(ConnectionStrings.Read(builder.Configuration, module))
        {
            // Statements are few and constant, and every one of them is hot.
            MaxAutoPrepare = 50, AutoPrepareMinUsages = 2, NoResetOnClose = true, ApplicationName = module,
        };
        // A server that has vanished without a word is given up in seconds, unless the connection string says otherwise.
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 3;
        if (!settings.ShouldSerialize("Command Timeout")) settings.CommandTimeout = 10;
        // Three replicas fit into a server with its default of 100 connections. A replica that has stalled would take all it may at once.
        if (!settings.ShouldSerialize("Maximum Pool Size")) settings.MaxPoolSize = 25;
        (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 5, 2);
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        var database = new ModuleDatabase<TContext>(module, source);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton<IModuleDatabase>(database);
        builder.Services.AddPooledDbContextFactory<TContext>(options => options.UseNpgsql(source).UseSnakeCaseNamingConvention());
        builder.Services.AddScoped(services => services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
        builder.Services.AddSingleton<IWarmUp, ContextWarmUp<TContext>>();
    }
}
