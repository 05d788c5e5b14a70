using System.Data;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>Advisory locks of a session: one replica has the lock, until it unlocks or its session ends.</summary>
internal static class AdvisoryLock
{
    /// <summary>True when this session has the lock now. It does not wait.</summary>
    public static async Task<bool> TryLockAsync(this NpgsqlConnection session, long key, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(session).Add("SELECT pg_try_advisory_lock($1)", key);
        return await batch.ExecuteScalarAsync(ct) is true;
    }

    /// <summary>Unlocks. The pool keeps sessions as they are, and with them their locks; a session that is gone has none.</summary>
    public static async Task UnlockAsync(this NpgsqlConnection session, long key)
    {
        if (session.State != ConnectionState.Open) return;
        await using var batch = new NpgsqlBatch(session).Add("SELECT pg_advisory_unlock($1)", key);
        await batch.ExecuteNonQueryAsync();
    }
}
