using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Inventory.ImportProducts.Upload;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.Inventory.ImportProducts.Dispatch;

/// <summary>
/// Supplies running imports: publishes the next chunks while fewer than a window of them are in flight, and ends an import when none is
/// left. The rows of the chunks decide everything, so any replica can do this at any time, also after a crash.
/// </summary>
public sealed class ImportDispatcher(
    ModuleDatabase<InventoryDbContext> database, EventPublisher publisher, IImportFiles files, UploadKeys keys, Startup startup,
    IOptions<ImportOptions> options, TimeProvider time, ILogger<ImportDispatcher> logger) : PollingWorker(startup, time, logger)
{
    private static readonly TimeSpan Sweep = TimeSpan.FromHours(1);
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    // A chunk that stays in flight this long was lost with its broker. A second publication does no harm. The array is read once, whatever
    // the plan, so that no more chunks are claimed than fit into the window.
    private const string ClaimDue = """
        WITH room AS (
            SELECT id, $1 - (
                SELECT count(*) FROM import_chunks
                WHERE import_id = id AND done_at IS NULL AND published_at > now() - interval '1 minute') AS chunks
            FROM import_jobs WHERE state = 'RUNNING')
        UPDATE import_chunks SET published_at = now()
        WHERE ctid = ANY (ARRAY(SELECT due.ctid FROM room, LATERAL (
            SELECT ctid FROM import_chunks
            WHERE import_id = room.id AND done_at IS NULL AND (published_at IS NULL OR published_at <= now() - interval '1 minute')
            ORDER BY chunk LIMIT greatest(room.chunks, 0) FOR UPDATE SKIP LOCKED) AS due))
        RETURNING import_id, chunk
        """;

    private const string FailHopeless = """
        UPDATE import_jobs SET state = 'FAILED', updated_at = now(), finished_at = now(),
            state_reason = 'TOO_MANY_ERRORS: ' || failed || ' rows failed, and ' || max_errors
                || ' are allowed; resume with a larger maxErrors, or cancel and correct the file'
        FROM (SELECT import_id, sum(failed) AS failed FROM import_chunks JOIN import_jobs ON id = import_id
              WHERE state = 'RUNNING' AND max_errors IS NOT NULL GROUP BY import_id) AS counted
        WHERE id = import_id AND state = 'RUNNING' AND failed > max_errors
        RETURNING id, state_reason
        """;

    private const string CompleteDone = """
        UPDATE import_jobs SET state = 'COMPLETED', updated_at = now(), finished_at = now()
        WHERE state = 'RUNNING' AND NOT EXISTS (SELECT FROM import_chunks WHERE import_id = id AND done_at IS NULL)
            AND (max_errors IS NULL OR max_errors >= (SELECT coalesce(sum(failed), 0) FROM import_chunks WHERE import_id = id))
        RETURNING id, file_key
        """;

    private const string FindUnneeded = """
        SELECT old.name FROM unnest($1::text[]) AS old (name)
        WHERE CASE
            WHEN old.name LIKE '%/%' THEN NOT EXISTS (
                SELECT FROM import_jobs WHERE file_key = old.name AND state IN ('RUNNING', 'PAUSED', 'FAILED'))
            ELSE EXISTS (SELECT FROM import_jobs WHERE file_key = old.name AND state IN ('COMPLETED', 'CANCELLED')) END
        """;

    // Claims are needed only while an older import is open, because that import skips the claimed products.
    private const string CanForgetClaims = """
        SELECT EXISTS (SELECT FROM import_claims) AND NOT EXISTS (SELECT FROM import_jobs WHERE state IN ('RUNNING', 'PAUSED', 'FAILED'))
        """;

    private long _swept;

    /// <inheritdoc />
    protected override string Work => "imports";

    /// <inheritdoc />
    protected override Task WhenReadyAsync(CancellationToken ct) => publisher.WhenReadyAsync(ct);

    /// <inheritdoc />
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        await EndAsync(ct);
        await ForgetClaimsAsync(ct);
        await PublishDueAsync(ct);
        await SweepAsync(ct);
        return false;
    }

    private async Task EndAsync(CancellationToken ct)
    {
        foreach (var (id, reason) in await ReadAsync(FailHopeless, ct))
            logger.LogWarning("Import {ImportId} has failed: {Reason}", id, reason);
        foreach (var (id, key) in await ReadAsync(CompleteDone, ct))
        {
            logger.LogInformation("Import {ImportId} is complete", id);
            files.Delete(key);
        }
    }

    private async Task ForgetClaimsAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        if (!await CanForgetAsync()) return;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // An import that starts now cannot record claims before the second check, and the truncation removes no claim that it records
        // later.
        await using (var hold = new NpgsqlCommand("LOCK TABLE import_claims IN ACCESS EXCLUSIVE MODE", connection))
            await hold.ExecuteNonQueryAsync(ct);
        if (!await CanForgetAsync()) return;
        await using (var forget = new NpgsqlCommand("TRUNCATE import_claims", connection)) await forget.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);

        async Task<bool> CanForgetAsync()
        {
            await using var ask = new NpgsqlCommand(CanForgetClaims, connection);
            return await ask.ExecuteScalarAsync(ct) is true;
        }
    }

    private async Task PublishDueAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        List<ImportChunkDueEvent> due;
        await using (var claim = new NpgsqlCommand(ClaimDue, connection))
        {
            claim.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.Value.Window });
            await using var reader = await claim.ExecuteReaderAsync(ct);
            due = await reader.ReadAllAsync(row => new ImportChunkDueEvent(row.GetInt64(0), row.GetInt32(1)));
        }

        if (due.Count == 0) return;
        var now = Time.GetUtcNow();
        await Task.WhenAll(due.OrderBy(chunk => chunk.Chunk)
            .Select(chunk => publisher.PublishAsync(chunk.WithNewCorrelation(Guid.CreateVersion7(), now), ct)));
        Failpoint.Hit("import-after-publish");
        await transaction.CommitAsync(ct);
    }

    /// <summary>
    /// Removes files that are no longer needed: files of ended imports, and of uploads that never became an import. The name of an earlier
    /// version's file does not identify its database, so such a file is removed only when its import has ended here.
    /// </summary>
    private async Task SweepAsync(CancellationToken ct)
    {
        if (_swept != 0 && Time.GetElapsedTime(_swept) < Sweep) return;
        _swept = Time.GetTimestamp();
        var old = files.List(await keys.GetInstallationAsync(ct))
            .Where(file => file.WrittenAt < Time.GetUtcNow() - Abandoned).Select(file => file.Key).ToArray();
        if (old.Length == 0) return;
        await using var find = database.Source.CreateCommand(FindUnneeded);
        find.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = old });
        await using var reader = await find.ExecuteReaderAsync(ct);
        foreach (var key in await reader.ReadAllAsync(row => row.GetString(0))) files.Delete(key);
    }

    private async Task<List<(long Id, string Text)>> ReadAsync(string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // The constants of this class.
        await using var command = database.Source.CreateCommand(sql);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(row => (row.GetInt64(0), row.GetString(1)));
    }
}
