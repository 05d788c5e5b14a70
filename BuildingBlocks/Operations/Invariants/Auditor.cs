using System.Data;
using System.Globalization;
using Fulfillment.BuildingBlocks.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.BuildingBlocks.Operations.Invariants;

/// <summary>Checks the invariants of one module.</summary>
public interface IAuditor
{
    /// <summary>The module's database.</summary>
    IModuleDatabase Database { get; }

    /// <summary>Checks all invariants against one state of the database.</summary>
    /// <param name="connection">An open connection to the module's database without a transaction.</param>
    /// <param name="openSeconds">Seconds that something may be open.</param>
    /// <param name="ct">Gives it up.</param>
    Task<InvariantReport> CheckAsync(NpgsqlConnection connection, long openSeconds, CancellationToken ct);
}

/// <summary>Checks the invariants that a module lists.</summary>
/// <typeparam name="TContext">DbContext of the module.</typeparam>
public sealed class Auditor<TContext>(
    ModuleDatabase<TContext> database, IReadOnlyList<Invariant> invariants, IOptions<AuditOptions> options, TimeProvider time) : IAuditor
    where TContext : DbContext
{
    /// <inheritdoc />
    public IModuleDatabase Database => database;

    /// <inheritdoc />
    public async Task<InvariantReport> CheckAsync(NpgsqlConnection connection, long openSeconds, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var checkedAt = time.GetUtcNow();
        // One snapshot for all: what moves meanwhile is seen before or after its move, never in the middle.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var limit = options.Value.StatementTimeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        await using (var bound = new NpgsqlBatch(connection).Add("SELECT set_config('statement_timeout', $1, true)", limit))
            await bound.ExecuteNonQueryAsync(ct);

        var checks = new List<InvariantCheck>();
        foreach (var invariant in invariants) checks.Add(await CheckAsync(connection, invariant, openSeconds, ct));
        return new InvariantReport(database.Module, checkedAt, checks.TrueForAll(check => check.Violations == 0), checks);
    }

    private static async Task<InvariantCheck> CheckAsync(NpgsqlConnection connection, Invariant invariant, long openSeconds, CancellationToken ct)
    {
        // The server has the shorter patience, so that its timeout says what took too long.
        await using var query = new NpgsqlBatch(connection) { Timeout = 0 };
        query.Add(invariant.Query, (double)openSeconds);
        await using var reader = await query.ExecuteReaderAsync(ct);
        var rows = await reader.ReadAllAsync(row => (Violation: new InvariantViolation(row.GetString(0), row.GetString(1)), All: row.GetInt64(2)));
        return new InvariantCheck(
            invariant.Name, invariant.Description, rows is [var first, ..] ? first.All : 0, [.. rows.Select(row => row.Violation)]);
    }
}
