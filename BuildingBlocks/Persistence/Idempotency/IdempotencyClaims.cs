using Npgsql;

namespace Fulfillment.Persistence.Idempotency;

/// <summary>
/// The keys that one transaction works on. A key is locked for the length of the transaction, never waited for, so that two processes
/// cannot both find it unused.
/// </summary>
public sealed class IdempotencyClaims
{
    private const string Lock = "SELECT id FROM unnest($1::bigint[]) AS key (id) WHERE pg_try_advisory_xact_lock(id)";

    // A statement of its own, because it must see what the last holder of a lock has committed.
    private const string Find = """
        SELECT scope, key, request_id, request_hash, status, location, body
        FROM unnest($1::text[], $2::text[]) AS wanted (scope, key) JOIN idempotency_keys USING (scope, key)
        """;

    private const string Insert = """
        INSERT INTO idempotency_keys (scope, key, request_id, request_hash, status, location, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bytea[], $5::smallint[], $6::text[], $7::text[])
        """;

    private readonly NpgsqlConnection _connection;
    private readonly Dictionary<(string Scope, string Value), Row> _stored;

    private IdempotencyClaims(
        NpgsqlConnection connection, IEnumerable<IdempotencyKey> locked, IEnumerable<((string, string), Row)> stored)
    {
        (_connection, _stored) = (connection, stored.ToDictionary());
        New = locked.Where(key => !_stored.ContainsKey((key.Scope, key.Value))).ToHashSet();
    }

    /// <summary>The keys whose work is to be done now. A key that several requests have is here once.</summary>
    public IReadOnlySet<IdempotencyKey> New { get; }

    /// <summary>Locks the keys and looks for their responses, in the transaction that is open.</summary>
    public static async Task<IdempotencyClaims> TakeAsync(
        NpgsqlConnection connection, IReadOnlyCollection<IdempotencyKey> keys, CancellationToken ct)
    {
        // Twice in a batch is one key.
        var distinct = keys.DistinctBy(key => (key.Scope, key.Value)).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Lock, distinct.Select(key => key.LockId).ToArray());
        // The cast keeps one array from being taken for a list of values.
        batch.Add(Find, distinct.Select(key => key.Scope).ToArray(), (object)distinct.Select(key => key.Value).ToArray());
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var locked = await reader.ReadAllAsync(row => row.GetInt64(0));
        var stored = await reader.ReadAllAsync(row => ((row.GetString(0), row.GetString(1)), new Row(
            row.GetGuid(2), row.GetFieldValue<byte[]>(3),
            new StoredResponse(row.GetInt16(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6)))));
        return new IdempotencyClaims(connection, distinct.Where(key => locked.Contains(key.LockId)), stored);
    }

    /// <summary>The result of a key, after the responses of new keys have been stored.</summary>
    public IdempotencyResult ResultOf(IdempotencyKey key)
    {
        if (!_stored.TryGetValue((key.Scope, key.Value), out var row)) return new IdempotencyResult(IdempotencyOutcome.InFlight);
        if (!row.RequestHash.AsSpan().SequenceEqual(key.RequestHash)) return new IdempotencyResult(IdempotencyOutcome.Reused);
        return new IdempotencyResult(row.RequestId == key.RequestId ? IdempotencyOutcome.Done : IdempotencyOutcome.Replayed, row.Answer);
    }

    /// <summary>Stores the responses of new keys.</summary>
    public async Task StoreAsync(IReadOnlyList<(IdempotencyKey Key, StoredResponse Answer)> answers, CancellationToken ct)
    {
        if (answers.Count == 0) return;
        foreach (var (key, answer) in answers) _stored[(key.Scope, key.Value)] = new Row(key.RequestId, key.RequestHash, answer);
        await using var batch = new NpgsqlBatch(_connection);
        batch.Add(
            Insert, answers.Select(a => a.Key.Scope).ToArray(), answers.Select(a => a.Key.Value).ToArray(),
            answers.Select(a => a.Key.RequestId).ToArray(), answers.Select(a => a.Key.RequestHash).ToArray(),
            answers.Select(a => a.Answer.Status).ToArray(), answers.Select(a => a.Answer.Location).ToArray(),
            answers.Select(a => a.Answer.Body).ToArray());
        await batch.ExecuteNonQueryAsync(ct);
    }

    private sealed record Row(Guid RequestId, byte[] RequestHash, StoredResponse Answer);
}
