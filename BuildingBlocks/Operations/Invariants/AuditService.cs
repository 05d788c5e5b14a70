using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fulfillment.Operations.Invariants;

/// <summary>
/// Audits a module at intervals, for the metrics. Of several replicas one audits: the one that holds an advisory lock of the
/// database, for as long as its connection lives.
/// </summary>
internal sealed class AuditService<TContext>(
    ModuleDatabase<TContext> database, Auditor<TContext> auditor, InvariantMetrics metrics, Startup startup,
    IOptions<AuditOptions> options, TimeProvider time, ILogger<AuditService<TContext>> logger)
    : PollingWorker(startup, time, logger)
    where TContext : DbContext
{
    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x4175646974;

    protected override string Work => $"audits of {database.Module}";

    protected override TimeSpan FirstDelay => Interval;

    protected override TimeSpan Interval => options.Value.Interval * (1 + (Random.Shared.NextDouble() / 5));

    protected override bool StopsAtOnce => true;

    /// <summary>Audits for as long as this replica is the one that does.</summary>
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var connection = await database.Queries.OpenConnectionAsync(ct);
        if (!await connection.TryLockAsync(LockKey, ct)) return false;
        try
        {
            while (true)
            {
                var report = await auditor.CheckAsync(connection, options.Value.OpenSeconds, ct);
                metrics.Show(report);
                Succeeds();
                foreach (var check in report.Checks.Where(check => check.Violations > 0))
                {
                    logger.LogWarning(
                        "{Module}: {Check} is violated {Count} time(s), for example {Example}",
                        report.Module, check.Name, check.Violations, check.Examples[0]);
                }

                await Task.Delay(Interval, Time, ct);
            }
        }
        finally
        {
            metrics.Forget(database.Module);
            await connection.UnlockAsync(LockKey);
        }
    }
}
