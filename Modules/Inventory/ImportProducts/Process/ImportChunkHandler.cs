using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Inventory.ImportProducts.Dispatch;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>A chunk of a catalogue is due: reads it, checks its rows, and writes them together with the mark that it is done.</summary>
public sealed class ImportChunkHandler(
    IDbContextFactory<InventoryDbContext> contexts, ModuleDatabase<InventoryDbContext> database, IImportFiles files,
    ImportDispatcher dispatcher, ImportMetrics metrics, ILogger<ImportChunkHandler> logger) : IConsumer<ImportChunkDueEvent>
{
    /// <summary>Number of statement timeouts of a chunk after which its import fails.</summary>
    private const int MaxTimeouts = 3;

    private const string CountTimeout =
        "UPDATE import_chunks SET timeouts = timeouts + 1 WHERE import_id = $1 AND chunk = $2 RETURNING timeouts";

    /// <summary>
    /// Chunks that a process handles at a time: one per core and at least two, because a chunk waits for the database half of its time.
    /// </summary>
    public static ushort Concurrency { get; } = (ushort)Math.Clamp(Environment.ProcessorCount, 2, 8);

    public async Task HandleAsync(ImportChunkDueEvent message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (await FindAsync(message, ct) is not ({ } job, { } chunk)) return;
        try
        {
            await ProcessAsync(job, chunk, ct);
        }
        catch (ChunkTimeoutException e)
        {
            var timeouts = await CountTimeoutAsync(chunk, ct);
            logger.LogWarning(
                "Chunk {Chunk} of import {ImportId} was not written in time, {Timeouts} time(s) so far: {Reason}", chunk.Chunk, job.Id,
                timeouts, e.Message);
            if (timeouts < MaxTimeouts) throw;
            await ImportStates.FailAsync(database.Source, job.Id, TooSlow(chunk), ct);
        }
        catch (Exception e) when (IsFinal(e))
        {
            // The import shows the error, and resuming it retries the chunk. A dead letter would only repeat the error.
            logger.LogError(e, "Import {ImportId} cannot go on at chunk {Chunk}", job.Id, chunk.Chunk);
            await ImportStates.FailAsync(database.Source, job.Id, Reason(e, chunk), ct);
        }

        dispatcher.Wake();
    }

    private async Task<(ImportJob? Job, ImportChunk? Chunk)> FindAsync(ImportChunkDueEvent message, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await db.ImportChunks.AsNoTracking()
            .Where(chunk => chunk.ImportId == message.ImportId && chunk.Chunk == message.Chunk && chunk.DoneAt == null)
            .Join(
                db.Imports.Where(job => job.State == ImportState.Running), chunk => chunk.ImportId, job => job.Id,
                (chunk, job) => new { job, chunk })
            .FirstOrDefaultAsync(ct);
        return (found?.job, found?.chunk);
    }

    private async Task ProcessAsync(ImportJob job, ImportChunk chunk, CancellationToken ct)
    {
        // A chunk of one row may be an endless line. The handler reads only enough of it to see that it is too long.
        var length = chunk.Rows == 1 ? Math.Min(chunk.Length, 2 * CsvReader.MaxRecord) : chunk.Length;
        using var rows = new ChunkRows(checked((int)length), chunk.Rows);
        if (await files.ReadAsync(job.FileKey, chunk.Offset, rows.Chunk, ct) < length)
            throw new InvalidDataException($"The file of import {job.Id} is shorter than it was.");

        var header = new CatalogueHeader((byte)job.Delimiter, job.Header);
        new ChunkParser(header, job.Key, job.Mode, job.Duplicates).Read(rows, chunk.FirstLine, chunk.Repeated);
        await new ChunkWriter(database.Source, job, header, chunk, rows, metrics).WriteAsync(ct);
    }

    private async Task<int> CountTimeoutAsync(ImportChunk chunk, CancellationToken ct)
    {
        await using var command = database.Source.CreateCommand(CountTimeout);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = chunk.ImportId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = chunk.Chunk });
        return await command.ExecuteScalarAsync(ct) is short timeouts ? timeouts : 0;
    }

    private static string TooSlow(ImportChunk chunk) =>
        $"TOO_SLOW: chunk {chunk.Chunk} was not written in time {MaxTimeouts} times; resume when the database is less busy, "
        + "or upload again with a smaller Import__ChunkBytes";

    private static bool IsFinal(Exception exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException || !TransientErrors.Is(exception);

    private static string Reason(Exception exception, ImportChunk chunk) =>
        exception is FileNotFoundException or DirectoryNotFoundException or InvalidDataException
            ? $"FILE_MISSING: the uploaded file is not, or not wholly, in the folder of the process that worked on chunk {chunk.Chunk}; "
                + "replicas must share Import__Directory"
            : $"INTERNAL_ERROR: chunk {chunk.Chunk} failed with {exception.GetType().Name}; the log has it";
}
