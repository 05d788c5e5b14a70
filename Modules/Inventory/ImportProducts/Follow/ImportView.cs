using System.Text.Json;
using Fulfillment.Inventory.ImportProducts.Upload;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.ImportProducts.Follow;

/// <summary>An import as the API shows it. Inserted, updated, unchanged and superseded rows sum up to the processed ones.</summary>
/// <example>
/// { "importId": 1, "fileName": "catalogue.csv", "sizeBytes": 14200000,
///   "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "state": "RUNNING", "stateReason": null,
///   "key": "internalId", "duplicates": "last", "mode": "upsert", "dryRun": false, "maxErrors": null, "totalRows": 100000,
///   "processedRows": 41958, "failedRows": 42, "insertedRows": 41958, "updatedRows": 0, "unchangedRows": 0, "supersededRows": 0,
///   "errorsByCode": { "INVALID_PRICE": 40, "DUPLICATE_KEY": 2 }, "chunks": 14, "chunksDone": 6, "rowsPerSecond": 52400.5,
///   "etaSeconds": 1.1, "createdAt": "2026-01-15T09:30:00.000Z", "updatedAt": "2026-01-15T09:30:00.000Z", "finishedAt": null }
/// </example>
public sealed record ImportView(
    long ImportId, string FileName, long SizeBytes, string Sha256, ImportState State, string? StateReason, string Key, string Duplicates,
    string Mode, bool DryRun, long? MaxErrors, long TotalRows, long ProcessedRows, long FailedRows, long InsertedRows, long UpdatedRows,
    long UnchangedRows, long SupersededRows, IReadOnlyDictionary<string, int> ErrorsByCode, int Chunks, int ChunksDone,
    double RowsPerSecond, double? EtaSeconds, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt)
{
    /// <summary>One import; null when there is none.</summary>
    internal static async Task<ImportView?> FindAsync(InventoryDbContext db, long id, CancellationToken ct) =>
        (await ListAsync(db, db.Imports.Where(job => job.Id == id), ct)).SingleOrDefault();

    /// <summary>An import of which no chunk has been written yet.</summary>
    internal static ImportView OfNew(ImportJob job, int chunks) => View(job, new Counts(job.Id, chunks, 0, 0, 0, 0, 0, 0), []);

    /// <summary>The imports of a query, in its order, counted at the same moment.</summary>
    internal static async Task<IReadOnlyList<ImportView>> ListAsync(
        InventoryDbContext db, IQueryable<ImportJob> query, CancellationToken ct)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var jobs = await query.AsNoTracking().ToListAsync(ct);
        var ids = jobs.ConvertAll(job => job.Id);
        var counts = await db.ImportChunks.Where(chunk => ids.Contains(chunk.ImportId)).GroupBy(chunk => chunk.ImportId)
            .Select(chunks => new Counts(
                chunks.Key, chunks.Count(), chunks.Count(chunk => chunk.DoneAt != null),
                chunks.Sum(chunk => (long)chunk.Inserted), chunks.Sum(chunk => (long)chunk.Updated),
                chunks.Sum(chunk => (long)chunk.Unchanged), chunks.Sum(chunk => (long)chunk.Superseded),
                chunks.Sum(chunk => (long)chunk.Failed)))
            .ToDictionaryAsync(count => count.ImportId, ct);
        var failed = (await db.ImportChunks.Where(chunk => ids.Contains(chunk.ImportId) && chunk.FailedByCode != null)
            .Select(chunk => new { chunk.ImportId, chunk.FailedByCode }).ToListAsync(ct))
            .ToLookup(chunk => chunk.ImportId, chunk => chunk.FailedByCode!);
        await snapshot.CommitAsync(ct);
        return jobs.ConvertAll(job =>
            View(job, counts.GetValueOrDefault(job.Id) ?? new Counts(job.Id, 0, 0, 0, 0, 0, 0, 0), Sum(failed[job.Id])));
    }

    /// <summary>Name of an error code in the API.</summary>
    internal static string NameOf(RowErrorCode code) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());

    private static ImportView View(ImportJob job, Counts counts, Dictionary<string, int> errors)
    {
        var processed = counts.Inserted + counts.Updated + counts.Unchanged + counts.Superseded;
        var done = processed + counts.Failed;
        var seconds = ((job.FinishedAt ?? TimeProvider.System.GetUtcNow()) - job.CreatedAt).TotalSeconds;
        var speed = seconds > 0 ? done / seconds : 0;
        double? left = job.State == ImportState.Running && speed > 0 ? (job.TotalRows - done) / speed : null;
        return new ImportView(
            job.Id, job.FileName, job.SizeBytes, job.Sha256, job.State, job.StateReason, UploadRequest.NameOf(job.Key),
            UploadRequest.NameOf(job.Duplicates), UploadRequest.NameOf(job.Mode), job.DryRun, job.MaxErrors, job.TotalRows, processed,
            counts.Failed, counts.Inserted, counts.Updated, counts.Unchanged, counts.Superseded, errors, counts.Chunks, counts.Done,
            Math.Round(speed, 1), left is { } eta ? Math.Round(eta, 1) : null, job.CreatedAt, job.UpdatedAt, job.FinishedAt);
    }

    private static Dictionary<string, int> Sum(IEnumerable<int[]> failedByCode)
    {
        var sums = new int[Enum.GetValues<RowErrorCode>().Length];
        foreach (var counts in failedByCode)
        {
            for (var code = 0; code < counts.Length; code++) sums[code] += counts[code];
        }

        return Enum.GetValues<RowErrorCode>().Where(code => sums[(int)code] > 0).ToDictionary(NameOf, code => sums[(int)code]);
    }

    private sealed record Counts(
        long ImportId, int Chunks, int Done, long Inserted, long Updated, long Unchanged, long Superseded, long Failed);
}
