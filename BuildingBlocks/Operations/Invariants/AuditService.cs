using System.Data;
using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.Operations.Invariants;

/// <summary>
/// Audits the modules of this process at intervals, for the metrics. Of several replicas one audits: the one that holds an advisory lock
/// of the database, for as long as its connection lives.
/// </summary>
internal sealed class AuditService(
    IEnumerable<IAuditor> auditors, InvariantMetrics metrics, Startup startup, IOptions<AuditOptions> options, TimeProvider time,
    ILogger<AuditService> logger)
    : BackgroundService
{
    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x4175646974;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.DatabasesReady.WaitAsync(stoppingToken);
        await Task.WhenAll(auditors.Select(auditor => AuditAsync(auditor, stoppingToken)));
    }

    private async Task AuditAsync(IAuditor auditor, CancellationToken ct)
    {
        var module = auditor.Database.Module;
        while (true)
        {
            await PauseAsync(ct);
            try
            {
                await AuditWhileLeadingAsync(auditor, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                if (TransientErrors.Is(e)) logger.LogWarning("{Module}: the audit waits, {Reason}", module, e.Message);
                else logger.LogError(e, "{Module}: the audit failed", module);
            }
        }
    }

    private async Task AuditWhileLeadingAsync(IAuditor auditor, CancellationToken ct)
    {
        await using var connection = await auditor.Database.Queries.OpenConnectionAsync(ct);
        if (!await CallAsync(connection, "SELECT pg_try_advisory_lock($1)", ct)) return;
        try
        {
            while (true)
            {
                var report = await auditor.CheckAsync(connection, options.Value.OpenSeconds, ct);
                metrics.Show(report);
                foreach (var check in report.Checks.Where(check => check.Violations > 0))
                {
                    logger.LogWarning(
                        "{Module}: {Check} is violated {Count} time(s), for example {Example}",
                        report.Module, check.Name, check.Violations, check.Examples[0]);
                }

                await PauseAsync(ct);
            }
        }
        finally
        {
            metrics.Forget(auditor.Database.Module);
            // The pool keeps sessions as they are, and with them their locks.
            if (connection.State == ConnectionState.Open)
                await CallAsync(connection, "SELECT pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    private Task PauseAsync(CancellationToken ct) => Task.Delay(options.Value.Interval * (1 + Random.Shared.NextDouble() / 5), time, ct);

    private static async Task<bool> CallAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection).Add(sql, LockKey);
        return await batch.ExecuteScalarAsync(ct) is true;
    }
}
