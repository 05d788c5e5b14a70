namespace Fulfillment.Operations.Retention;

/// <summary>
/// Removes old rows of a module, by the clock of the database, in transactions of few rows. Replicas skip each other's rows.
/// </summary>
internal sealed class RetentionService<TContext>(
    ModuleDatabase<TContext> database, IReadOnlyList<RetentionRule> rules, IOptions<RetentionOptions> options, Startup startup,
    TimeProvider time, ILogger<RetentionService<TContext>> logger) : PollingWorker(startup, time, logger)
    where TContext : DbContext
{
    private const int Batch = 1_000;
    private static readonly TimeSpan BatchDelay = TimeSpan.FromMilliseconds(100);

    protected override string Work => $"old rows of {database.Module}";

    protected override TimeSpan FirstDelay => TimeSpan.FromSeconds(5) * Random.Shared.NextDouble();

    protected override TimeSpan Interval => TimeSpan.FromMinutes(10) * (0.5 + Random.Shared.NextDouble());

    protected override bool StopsAtOnce => true;

    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        foreach (var rule in rules)
        {
            try
            {
                if (rule.Age(options.Value) is { } age) await RemoveAsync(rule, age, ct);
            }
#pragma warning disable CA1031 // Logged, and tried again: the rows are as they were, and the other rules go on.
            catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.LogWarning(
                    "{Module}: {Rule} are not removed ({Reason}); the next attempt follows", database.Module, rule.Name, e.Message);
            }
        }

        return false;
    }

    private async Task RemoveAsync(RetentionRule rule, TimeSpan age, CancellationToken ct)
    {
        int removed, all = 0;
        do
        {
            await using var connection = await database.Source.OpenConnectionAsync(ct);
            await using var batch = new NpgsqlBatch(connection).Add(rule.Delete, age, Batch);
            removed = await batch.ExecuteNonQueryAsync(ct);
            all += removed;
            if (removed >= Batch) await Task.Delay(BatchDelay, Time, ct);
        }
        while (removed >= Batch);
        if (all > 0) logger.LogInformation("{Module}: removed {Count} {Rule} older than {Age}", database.Module, all, rule.Name, age);
    }
}
