using Fulfillment.Core;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Inventory.ImportProducts.Dispatch;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>
/// Writes all results of a chunk in one transaction: products, stock, errors and the mark that the chunk is done. A writer that finds the
/// mark does nothing.
/// </summary>
internal sealed class ChunkWriter(
    NpgsqlDataSource database, ImportJob job, CatalogueHeader header, ImportChunk chunk, ChunkRows rows, ImportMetrics metrics)
{
    private const int Attempts = 4;
    private const long UsualBytes = 1024 * 1024;
    private const int LongestSeconds = 90;

    // The statement follows the lock, so it sees every change that was committed before.
    private const string Claim = """
        SELECT true FROM import_jobs JOIN import_chunks ON import_id = id
        WHERE id = $1 AND chunk = $2 AND state = 'RUNNING' AND done_at IS NULL FOR UPDATE OF import_chunks
        """;

    private const string Finish = """
        UPDATE import_chunks SET done_at = now(), inserted = $3, updated = $4, unchanged = $5, superseded = $6, failed = $7,
            failed_by_code = $8
        WHERE import_id = $1 AND chunk = $2
        """;

    private const string InsertErrors = """
        INSERT INTO import_errors (import_id, row, column_name, code, message, record)
        SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::row_error_code[], $5::text[], $6::bytea[])
        """;

    public async Task WriteAsync(CancellationToken ct)
    {
        var parsed = rows.Errors.Count;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteOnceAsync(ct);
                return;
            }
            catch (ConcurrentWriteException) when (attempt < Attempts)
            {
                // The other writer's product is committed by now, so the next attempt finds it.
                rows.Errors.RemoveRange(parsed, rows.Errors.Count - parsed);
            }
        }
    }

    private async Task WriteOnceAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await ClaimAsync(connection, ct)) return;
        try
        {
            await WriteRowsAsync(connection, transaction, ct);
        }
        catch (NpgsqlException e) when (e.InnerException is TimeoutException)
        {
            throw new ChunkTimeoutException(e);
        }
    }

    private async Task WriteRowsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        // A dry run does everything and rolls it back, so it reports the same result as the real import.
        if (job.DryRun) await transaction.SaveAsync("rows", ct);
        await ImportClaims.LeaveOutOverriddenAsync(connection, job, rows, ct);
        var written = rows.Rows.Count == 0
            ? new Written(0, 0, 0)
            : await new ProductWriter(connection, job, header, rows, TimeoutOf(connection), ct).WriteAsync();
        Failpoint.Hit("import-mid-chunk");
        if (job.DryRun) await transaction.RollbackAsync("rows", ct);

        await using var batch = new NpgsqlBatch(connection) { Timeout = TimeoutOf(connection) };
        batch.Add(
            Finish, job.Id, chunk.Chunk, written.Inserted, written.Updated, written.Unchanged, rows.Superseded, rows.Errors.Count,
            rows.Errors.Count == 0 ? DBNull.Value : CountByCode());
        if (rows.Errors.Count > 0)
        {
            batch.Add(
                InsertErrors, job.Id, rows.Errors.Select(error => error.Line).ToArray(),
                rows.Errors.Select(error => error.Column).ToArray(), rows.Errors.Select(error => error.Code).ToArray(),
                rows.Errors.Select(error => error.Message).ToArray(), rows.Errors.Select(error => error.Record).ToArray());
        }

        await batch.ExecuteNonQueryAsync(ct);
        Failpoint.Hit("import-before-commit");
        await transaction.CommitAsync(ct);
        Failpoint.Hit("import-after-commit");
        if (!job.DryRun) metrics.Count(written.Inserted, written.Updated, written.Unchanged, rows.Superseded, rows.Errors.Count);
    }

    private async Task<bool> ClaimAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection).Add(ImportStates.LockShared, job.Id).Add(Claim, job.Id, chunk.Chunk);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return await reader.ReadAsync(ct);
    }

    // A larger chunk may take longer, but no longer than a handler may.
    private int TimeoutOf(NpgsqlConnection connection) =>
        connection.CommandTimeout * (int)Math.Clamp(
            chunk.Length / UsualBytes, 1, Math.Max(1, LongestSeconds / Math.Max(1, connection.CommandTimeout)));

    private int[] CountByCode()
    {
        var counts = new int[Enum.GetValues<RowErrorCode>().Length];
        foreach (var error in rows.Errors) counts[(int)error.Code]++;
        return counts;
    }
}

/// <summary>A chunk was not written within the statement timeout.</summary>
internal sealed class ChunkTimeoutException(NpgsqlException cause) : TimeoutException(cause.Message, cause);
