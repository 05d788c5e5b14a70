using System.Data;
using System.Reflection;
using Fulfillment.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>Brings the databases of the enabled modules to the schema of this version.</summary>
internal sealed class Migrator(IServiceProvider services, IEnumerable<IModuleDatabase> databases, ILogger<Migrator> logger)
{
    /// <summary>
    /// Longest wait of a migration for a lock. A statement that waits for a table blocks every later statement on that table, so
    /// the migration steps back and tries again.
    /// </summary>
    public const string LockTimeout = "2s";

    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x46756C66696C6C;
    private const int Attempts = 20;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Migrates each database. Replicas that start together wait for one another.</summary>
    /// <exception cref="ConfigurationException">A database refuses its connection string.</exception>
    public Task MigrateAsync(CancellationToken ct = default) => ForEachAsync(async database =>
    {
        // EF Core locks its history table, but only once that table exists; two first starts would both create it.
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        // A session that waits within a statement holds a snapshot, and CREATE INDEX CONCURRENTLY waits for that snapshot:
        // neither would ever end.
        while (!await connection.TryLockAsync(LockKey, ct)) await Task.Delay(Poll, ct);

        try
        {
            var pending = await CountPendingAsync(database, ct);
            if (pending > 0) await ApplyAsync(database, ct);
            logger.LogInformation("{Database}: {Count} migration(s) applied", connection.Database, pending);
        }
        finally
        {
            await connection.UnlockAsync(LockKey);
        }
    }, ct);

    private async Task ApplyAsync(IModuleDatabase database, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(database.ContextType);
        // A migration may read a large table.
        context.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        await context.Database.OpenConnectionAsync(ct);
        try
        {
            await context.Database.ExecuteSqlRawAsync("SET statement_timeout = 0", ct);
            var retry = Retry.While(
                e => e is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected },
                _ => RetryDelay * (1 + Random.Shared.NextDouble()),
                (e, attempt) => logger.LogWarning(
                    "{Module}: a migration waits for a lock ({Reason}); attempt {Attempt} of {Attempts}",
                    database.Module, ((PostgresException)e).MessageText, attempt, Attempts),
                Attempts);
            await retry.ExecuteAsync(async token =>
            {
                await context.Database.ExecuteSqlRawAsync($"SET lock_timeout = '{LockTimeout}'", token);
                await context.Database.MigrateAsync(token);
            }, ct);
        }
        finally
        {
            // The pool keeps sessions as they are.
            if (context.Database.GetDbConnection().State == ConnectionState.Open)
                await context.Database.ExecuteSqlRawAsync("RESET statement_timeout; RESET lock_timeout", CancellationToken.None);
            await context.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Names of the modules whose database lacks a migration of this version.</summary>
    /// <exception cref="ConfigurationException">A database refuses its connection string.</exception>
    public async Task<IReadOnlyList<string>> FindBehindAsync(CancellationToken ct = default)
    {
        var behind = new List<string>();
        await ForEachAsync(async database =>
        {
            if (await CountPendingAsync(database, ct) > 0) behind.Add(database.Module);
        }, ct);
        return behind;
    }

    // Without EF Core, which uses a second of a processor to compile its own query.
    private static async Task<int> CountPendingAsync(IModuleDatabase database, CancellationToken ct)
    {
        var migrations =
            from type in database.ContextType.Assembly.GetTypes()
            where type.GetCustomAttribute<DbContextAttribute>()?.ContextType == database.ContextType
            select type.GetCustomAttribute<MigrationAttribute>() into migration
            where migration is not null
            select migration.Id;
        return migrations.Except(await ReadAppliedAsync(database, ct)).Count();
    }

    private static async Task<IReadOnlyList<string>> ReadAppliedAsync(IModuleDatabase database, CancellationToken ct)
    {
        try
        {
            await using var command = database.Source.CreateCommand($"SELECT migration_id FROM \"{HistoryRepository.DefaultTableName}\"");
            await using var reader = await command.ExecuteReaderAsync(ct);
            return [.. await reader.ReadAllAsync(row => row.GetString(0))];
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return []; // Nothing has ever been migrated here.
        }
    }

    private async Task ForEachAsync(Func<IModuleDatabase, Task> work, CancellationToken ct)
    {
        var mistakes = new List<string>();
        foreach (var database in databases)
        {
            try
            {
                await work(database);
                // A pool reads the types at its first connection, and a migration, also of another process, may have added some since.
                await database.Source.ReloadTypesAsync(ct);
                await database.Queries.ReloadTypesAsync(ct);
            }
            catch (PostgresException e) when (ConnectionStrings.Refusal(database.Module, e) is { } mistake)
            {
                mistakes.Add(mistake);
            }
        }

        if (mistakes.Count > 0) throw new ConfigurationException(mistakes);
    }
}
