using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.ImportProducts.Dispatch;

/// <summary>
/// State changes of an import, each decided by the row itself. Chunks hold a shared lock while they are written. A state change takes the
/// exclusive lock, so nothing is written after its response. The row lock does not fit: a change could wait for it for ever while chunks
/// overlap. PostgreSQL grants this lock in the order of the requests.
/// </summary>
internal static class ImportStates
{
    /// <summary>Held until the end of a transaction that writes a chunk of import <c>$1</c>.</summary>
    public const string LockShared = "SELECT pg_advisory_xact_lock_shared(1768779888, ($1 % 2147483647)::int)";

    private const string LockExclusive = "SELECT pg_advisory_xact_lock(1768779888, ($1 % 2147483647)::int)";

    private const string Pause = "UPDATE import_jobs SET state = 'PAUSED', updated_at = now() WHERE id = $1 AND state = 'RUNNING'";

    private const string Cancel = """
        UPDATE import_jobs SET state = 'CANCELLED', state_reason = NULL, updated_at = now(), finished_at = now()
        WHERE id = $1 AND state IN ('RUNNING', 'PAUSED', 'FAILED')
        """;

    // Messages of chunks that were published before may be discarded by now, so the chunks are published again.
    private const string Resume = """
        WITH resumed AS (
            UPDATE import_jobs SET state = 'RUNNING', state_reason = NULL, max_errors = coalesce($2, max_errors), updated_at = now(),
                finished_at = NULL
            WHERE id = $1 AND state IN ('PAUSED', 'FAILED') RETURNING id)
        , again AS (
            UPDATE import_chunks SET published_at = NULL, timeouts = 0 FROM resumed WHERE import_id = resumed.id AND done_at IS NULL)
        SELECT id FROM resumed
        """;

    private const string Fail = """
        UPDATE import_jobs SET state = 'FAILED', state_reason = $2, updated_at = now(), finished_at = now()
        WHERE id = $1 AND state = 'RUNNING'
        """;

    /// <summary>True when the import was running and is paused now.</summary>
    public static async Task<bool> PauseAsync(NpgsqlDataSource database, long id, CancellationToken ct) =>
        await ExecuteAsync(database, Pause, id, ct) == 1;

    /// <summary>True when the import was not finished and is cancelled now.</summary>
    public static async Task<bool> CancelAsync(NpgsqlDataSource database, long id, CancellationToken ct) =>
        await ExecuteAsync(database, Cancel, id, ct) == 1;

    /// <summary>Ends a running import with a reason; it can be resumed.</summary>
    public static Task FailAsync(NpgsqlDataSource database, long id, string reason, CancellationToken ct) =>
        ExecuteAsync(database, Fail, id, ct, reason);

    /// <summary>True when the import was paused or had failed and is running now.</summary>
    public static async Task<bool> ResumeAsync(NpgsqlDataSource database, long id, long? maxErrors, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand(Resume, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(
            new NpgsqlParameter { Value = (object?)maxErrors ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        var resumed = await command.ExecuteScalarAsync(ct) is not null;
        await transaction.CommitKnownAsync();
        return resumed;
    }

    private static async Task<int> ExecuteAsync(
        NpgsqlDataSource database, string sql, long id, CancellationToken ct, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var batch = new NpgsqlBatch(connection).Add(LockExclusive, id).Add(sql, id, values);
        var changed = await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitKnownAsync();
        return changed;
    }
}
