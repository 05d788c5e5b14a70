using System.Data;
using System.Diagnostics;
using System.Globalization;

namespace Fulfillment.Operations.Invariants;

/// <summary>
/// Checks the invariants that a module lists, in their order: cheap ones come first. It does so on request, and at intervals for the
/// metrics. Of several replicas one audits at intervals: the one that holds an advisory lock of the database, for as long as its
/// connection lives.
/// </summary>
internal sealed class Auditor<TContext>(
    ModuleDatabase<TContext> database, IReadOnlyList<Invariant> invariants, InvariantMetrics metrics, IOptions<AuditOptions> options,
    Startup startup, TimeProvider time, ILogger<Auditor<TContext>> logger) : PollingWorker(startup, time, logger)
    where TContext : DbContext
{
    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x4175646974;

    // Of one audit, for each invariant that is checked in slices.
    private static readonly TimeSpan SliceTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly Dictionary<Invariant, SlicedPass> _passes =
        invariants.Where(invariant => invariant.LargestId is not null).ToDictionary(invariant => invariant, _ => new SlicedPass());
    private readonly SemaphoreSlim _turn = new(1);

    protected override string Work => $"audits of {database.Module}";

    protected override TimeSpan FirstDelay => Interval;

    protected override TimeSpan Interval => options.Value.Interval * (1 + (Random.Shared.NextDouble() / 5));

    protected override bool StopsAtOnce => true;

    /// <summary>Checks on a connection that is opened when no other audit of this process runs; null when that takes too long.</summary>
    public async Task<InvariantReport?> CheckAsync(long openSeconds, CancellationToken ct)
    {
        if (!await _turn.WaitAsync(LongestWait, ct)) return null;
        try
        {
            await using var connection = await database.Queries.OpenConnectionAsync(ct);
            return await CheckAllAsync(connection, openSeconds, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    /// <summary>Audits for as long as this replica is the one that does.</summary>
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var connection = await database.Queries.OpenConnectionAsync(ct);
        if (!await connection.TryLockAsync(LockKey, ct)) return false;
        try
        {
            while (true)
            {
                await AuditAsync(connection, ct);
                Succeeds();
                await Task.Delay(Interval, Time, ct);
            }
        }
        finally
        {
            metrics.Forget(database.Module);
            await connection.UnlockAsync(LockKey);
        }
    }

    private async Task AuditAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var report = await CheckAllAsync(connection, options.Value.OpenSeconds, ct);
            metrics.Show(report);
            foreach (var check in report.Checks.Where(check => check.Violations > 0))
            {
                logger.LogWarning(
                    "{Module}: {Check} is violated {Count} time(s), for example {Example}",
                    report.Module, check.Name, check.Violations, check.Examples[0]);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Checks the invariants one by one, each in snapshots of its own; a check that fails leaves the others alone.</summary>
    private async Task<InvariantReport> CheckAllAsync(NpgsqlConnection connection, long openSeconds, CancellationToken ct)
    {
        var checkedAt = Time.GetUtcNow();
        var checks = new List<InvariantCheck>();
        foreach (var invariant in invariants) checks.Add(await CheckAsync(connection, invariant, openSeconds, ct));
        return new InvariantReport(database.Module, checkedAt, checks.TrueForAll(check => check.Violations == 0), checks);
    }

    private async Task<InvariantCheck> CheckAsync(NpgsqlConnection connection, Invariant invariant, long openSeconds, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        var pass = _passes.GetValueOrDefault(invariant);
        string? notChecked = null;
        var found = new SlicedPass.SliceResult(0, []);
        try
        {
            if (pass is null) found = await FindAsync(connection, invariant.Query, [(double)openSeconds], ct);
            else
            {
                var largest = await ReadAsync(connection, invariant.LargestId!, [], row => row.GetInt64(0), ct);
                await pass.AdvanceAsync(
                    largest[0], (after, to) => FindAsync(connection, invariant.Query, [(double)openSeconds, after, to], ct),
                    () => Stopwatch.GetElapsedTime(start) > SliceTime);
            }
        }
        catch (PostgresException e) when (connection.State == ConnectionState.Open)
        {
            notChecked = e.SqlState == PostgresErrorCodes.QueryCanceled
                ? $"It takes longer than Audit__StatementTimeout, {options.Value.StatementTimeout}."
                : e.MessageText;
            logger.LogWarning("{Module}: the audit could not check {Check}: {Reason}", database.Module, invariant.Name, notChecked);
        }

        if (pass is not null) found = new SlicedPass.SliceResult(pass.Violations, pass.Examples);
        var covered = pass?.Covered ?? (notChecked is null ? 1 : 0);
        return new InvariantCheck(
            invariant.Name, invariant.Description, found.Violations, found.Examples, covered, notChecked,
            Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1));
    }

    private async Task<SlicedPass.SliceResult> FindAsync(NpgsqlConnection connection, string sql, object[] values, CancellationToken ct)
    {
        var rows = await ReadAsync(
            connection, sql, values,
            row => (Violation: new InvariantViolation(row.GetString(0), row.GetString(1)), All: row.GetInt64(2)), ct);
        return new SlicedPass.SliceResult(rows is [var one, ..] ? one.All : 0, [.. rows.Select(row => row.Violation)]);
    }

    private async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, object[] values, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // The server has the shorter timeout, so that its error names the slow statement.
        await using var query = new NpgsqlBatch(connection) { Timeout = 0 };
        query.Add(
            "SELECT set_config('statement_timeout', $1, true)",
            options.Value.StatementTimeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
#pragma warning disable CA2100 // A constant of the module.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        query.BatchCommands.Add(command);
        await using var reader = await query.ExecuteReaderAsync(ct);
        await reader.ReadAllAsync(_ => 0);
        return await reader.ReadAllAsync(row);
    }
}
