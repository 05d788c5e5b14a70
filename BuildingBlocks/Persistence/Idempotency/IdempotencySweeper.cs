using Fulfillment.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfillment.Persistence.Idempotency;

/// <summary>Removes keys that are older than a day, by the clock of the database. A key is honoured until it is removed.</summary>
public sealed class IdempotencySweeper<TContext>(
    ModuleDatabase<TContext> database, Startup startup, TimeProvider time, ILogger<IdempotencySweeper<TContext>> logger) : BackgroundService
    where TContext : DbContext
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    // In portions, so that no transaction is long.
    private const int Portion = 10_000;
    private static readonly string Delete = $"""
        DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '24 hours' ORDER BY created_at LIMIT {Portion} FOR UPDATE SKIP LOCKED))
        """;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.DatabasesReady.WaitAsync(stoppingToken);
        // Replicas that start together do not sweep together.
        await Task.Delay(FirstDelay * Random.Shared.NextDouble(), time, stoppingToken);
        for (; ; await Task.Delay(Interval * (0.5 + Random.Shared.NextDouble()), time, stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(e, "{Module}: old idempotency keys stay for another {Interval}", database.Module, Interval);
            }
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        int removed;
        do
        {
            await using var command = database.Source.CreateCommand(Delete);
            removed = await command.ExecuteNonQueryAsync(ct);
            if (removed > 0) logger.LogDebug("{Module}: removed {Count} old idempotency keys", database.Module, removed);
        }
        while (removed == Portion);
    }
}
