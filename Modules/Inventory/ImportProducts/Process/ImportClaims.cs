using System.Text;
using Fulfillment.Core;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>
/// Protects the product data of a newer import from an older one, also when the older import is resumed much later. While more than one
/// import is open, each records its number with every product before it writes the product, and skips products that have a higher number.
/// The usual case is a single open import, which records nothing.
/// </summary>
internal static class ImportClaims
{
    private const string IsAlone = """
        SELECT NOT EXISTS (SELECT FROM import_claims) AND NOT EXISTS (
            SELECT FROM import_jobs WHERE id <> $1 AND state IN ('RUNNING', 'PAUSED', 'FAILED') AND NOT dry_run)
        """;

    // Chunks that record nothing share this lock. A chunk that records claims waits for them, because they may write the same products.
    private const string StayAlone = "LOCK TABLE import_claims IN SHARE MODE";

    // Waits for another import that has the same products. A row that is not returned belongs to a newer import.
    private const string Claim = """
        INSERT INTO import_claims AS claim (product_id, import_id) SELECT id, $2 FROM unnest($1::text[]) AS given (id)
        ON CONFLICT (product_id) DO UPDATE SET import_id = excluded.import_id WHERE claim.import_id <= excluded.import_id
        RETURNING product_id
        """;

    /// <summary>Removes the rows whose products a newer import has claimed; they count as superseded.</summary>
    /// <param name="connection">Connection with the open transaction of the chunk, which has written nothing yet.</param>
    /// <exception cref="ConcurrentWriteException">Another import has begun at this moment.</exception>
    public static async Task LeaveOutOverriddenAsync(NpgsqlConnection connection, ImportJob job, ChunkRows rows, CancellationToken ct)
    {
        if (await IsAloneAsync(connection, job, ct))
        {
            await using var stay = new NpgsqlCommand(StayAlone, connection);
            await stay.ExecuteNonQueryAsync(ct);
            if (await IsAloneAsync(connection, job, ct)) return;
            throw new ConcurrentWriteException("Another import has begun.");
        }

        var key = CatalogueColumns.Of(job.Key);
        string[] products = [.. rows.Rows.Select(row => Encoding.UTF8.GetString(rows.Text(row, key)))];
        await using var batch = new NpgsqlBatch(connection).Add(Claim, products, job.Id);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var own = (await reader.ReadAllAsync(row => row.GetString(0))).ToHashSet(StringComparer.Ordinal);
        var n = 0;
        rows.Superseded += rows.Rows.RemoveAll(_ => !own.Contains(products[n++]));
    }

    private static async Task<bool> IsAloneAsync(NpgsqlConnection connection, ImportJob job, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand(IsAlone, connection);
        ask.Parameters.Add(new NpgsqlParameter<long> { TypedValue = job.Id });
        return await ask.ExecuteScalarAsync(ct) is true;
    }
}
