using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>Brings the databases of the enabled modules to the schema of this version.</summary>
public sealed class Migrator(IServiceProvider services, IEnumerable<IModuleDatabase> databases, ILogger<Migrator> logger)
{
    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x46756C66696C6C;

    /// <summary>Migrates each database. Replicas that start together wait for one another.</summary>
    public async Task MigrateAsync(CancellationToken ct = default)
    {
        foreach (var database in databases)
        {
            // EF Core locks its history table, but only once that table exists; two first starts would both create it.
            await using var connection = await database.Source.OpenConnectionAsync(ct);
            await using (var take = connection.CreateCommand())
            {
                take.CommandText = $"SELECT pg_advisory_lock({LockKey})";
                take.CommandTimeout = 0;
                await take.ExecuteNonQueryAsync(ct);
            }

            try
            {
                await using var scope = services.CreateAsyncScope();
                var context = (DbContext)scope.ServiceProvider.GetRequiredService(database.ContextType);
                var pending = (await context.Database.GetPendingMigrationsAsync(ct)).ToList();
                if (pending.Count > 0) await context.Database.MigrateAsync(ct);
                logger.LogInformation("{Database}: {Count} migration(s) applied", connection.Database, pending.Count);
            }
            finally
            {
                await using var release = connection.CreateCommand();
                release.CommandText = $"SELECT pg_advisory_unlock({LockKey})";
                await release.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>Names of the modules whose database lacks a migration of this version.</summary>
    public async Task<IReadOnlyList<string>> FindBehindAsync(CancellationToken ct = default)
    {
        var behind = new List<string>();
        foreach (var database in databases)
        {
            await using var scope = services.CreateAsyncScope();
            var context = (DbContext)scope.ServiceProvider.GetRequiredService(database.ContextType);
            if ((await context.Database.GetPendingMigrationsAsync(ct)).Any()) behind.Add(database.Module);
        }

        return behind;
    }
}
