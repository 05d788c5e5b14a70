using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>Something that compiles much when it is first used, which no request should wait for.</summary>
public interface IWarmUp
{
    /// <summary>Does for nothing what requests will do, and leaves nothing behind. A process listens after this.</summary>
    /// <exception cref="NpgsqlException">The database cannot be used at the moment; requests will be told so themselves.</exception>
    Task WarmUpAsync(CancellationToken ct);
}

/// <summary>Asks a module's database something by way of EF Core.</summary>
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

/// <summary>Registers what a process does before it listens.</summary>
public static class WarmUpRegistration
{
    /// <summary>Warms up a service that is registered already.</summary>
    public static void AddWarmUp<TService>(this IServiceCollection services)
        where TService : class, IWarmUp =>
        services.AddSingleton<IWarmUp>(provider => provider.GetRequiredService<TService>());
}
