using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>A service that compiles much at its first use, for which no request should wait.</summary>
public interface IWarmUp
{
    /// <summary>Does the work of a request without a lasting effect. The process listens after this.</summary>
    /// <exception cref="NpgsqlException">The database cannot be used at the moment; requests get the same error themselves.</exception>
    Task WarmUpAsync(CancellationToken ct);
}

/// <summary>Sends a query to a module's database by way of EF Core.</summary>
/// <typeparam name="TContext">DbContext of the module.</typeparam>
internal sealed class ContextWarmUp<TContext>(IDbContextFactory<TContext> contexts) : IWarmUp
    where TContext : DbContext
{
    public async Task WarmUpAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        await context.Database.SqlQuery<int>($"SELECT 1 AS \"Value\"").SingleAsync(ct);
    }
}

/// <summary>Registers the work that a process does before it listens.</summary>
public static class WarmUpRegistration
{
    /// <summary>Warms up a service that is registered already.</summary>
    public static void AddWarmUp<TService>(this IServiceCollection services)
        where TService : class, IWarmUp =>
        services.AddSingleton<IWarmUp>(provider => provider.GetRequiredService<TService>());
}
