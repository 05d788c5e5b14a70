using System.Data;
using System.Diagnostics;
using System.Globalization;
using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.Operations.Invariants;

/// <summary>Checks the invariants that a module lists, in their order: cheap ones come first.</summary>
/// <typeparam name="TContext">DbContext of the module.</typeparam>
public sealed class Auditor<TContext>(
    ModuleDatabase<TContext> database, IReadOnlyList<Invariant> invariants, IOptions<AuditOptions> options, TimeProvider time,
    ILogger<Auditor<TContext>> logger) : IDisposable
    where TContext : DbContext
{
    // Of one audit, for each invariant that is checked in slices.
    private static readonly TimeSpan SliceTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly Dictionary<Invariant, SlicedPass> _passes =
        invariants.Where(invariant => invariant.LargestId is not null).ToDictionary(invariant => invariant, _ => new SlicedPass());
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Checks on a connection that is opened when no other audit of this process runs.</summary>
    /// <param name="openSeconds">Seconds that something may be open.</param>
    /// <param name="ct">Cancels the audit.</param>
    /// <returns>The report; null when another audit takes too long.</returns>
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

    /// <summary>Checks the invariants one by one, each in snapshots of its own; a check that fails leaves the others alone.</summary>
    /// <param name="connection">An open connection to the module's database without a transaction.</param>
    /// <param name="openSeconds">Seconds that something may be open.</param>
    /// <param name="ct">Cancels the audit.</param>
    public async Task<InvariantReport> CheckAsync(NpgsqlConnection connection, long openSeconds, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await _turn.WaitAsync(ct);
        try
        {
            return await CheckAllAsync(connection, openSeconds, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private async Task<InvariantReport> CheckAllAsync(NpgsqlConnection connection, long openSeconds, CancellationToken ct)
    {
        var checkedAt = time.GetUtcNow();
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
            if (pass is null) found = await FindAsync(connection, invariant.Query, openSeconds, [], ct);
            else
            {
                var largest = await LargestAsync(connection, invariant.LargestId!, ct);
                await pass.AdvanceAsync(
                    largest, (after, to) => FindAsync(connection, invariant.Query, openSeconds, [after, to], ct),
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

    private async Task<SlicedPass.SliceResult> FindAsync(
        NpgsqlConnection connection, string sql, double openSeconds, long[] range, CancellationToken ct)
    {
        var rows = await ReadAsync(
            connection, batch => batch.Add(sql, openSeconds, [.. range.Cast<object>()]),
            row => (Violation: new InvariantViolation(row.GetString(0), row.GetString(1)), All: row.GetInt64(2)), ct);
        return new SlicedPass.SliceResult(rows is [var one, ..] ? one.All : 0, [.. rows.Select(row => row.Violation)]);
    }

    private async Task<long> LargestAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // A constant of the module.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        return (await ReadAsync(connection, batch => batch.BatchCommands.Add(command), row => row.GetInt64(0), ct))[0];
    }

    private async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, Action<NpgsqlBatch> add, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // The server has the shorter timeout, so that its error names the slow statement.
        await using var query = new NpgsqlBatch(connection) { Timeout = 0 };
        query.Add(
            "SELECT set_config('statement_timeout', $1, true)",
            options.Value.StatementTimeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
        add(query);
        await using var reader = await query.ExecuteReaderAsync(ct);
        await reader.ReadAllAsync(_ => 0);
        return await reader.ReadAllAsync(row);
    }
}
