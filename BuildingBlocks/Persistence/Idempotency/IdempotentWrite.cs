using Npgsql;

namespace Fulfillment.Persistence.Idempotency;

/// <summary>Work that a request may have given an <c>Idempotency-Key</c>.</summary>
public interface IIdempotentItem
{
    /// <summary>The key; null when the request had none.</summary>
    IdempotencyKey? Key { get; }
}

/// <summary>The result of work: as it is when the request had no key, else the result of its key.</summary>
public readonly record struct Idempotent<TResult>(TResult? Result, IdempotencyResult? KeyResult);

/// <summary>The part of a group commit that looks at the keys of its items.</summary>
public static class IdempotentWrite
{
    /// <summary>
    /// Does the work of items that may have keys. The effect of a key and its response are stored in the same transaction. An item
    /// whose key has a response already gets that, and is not written. A batch without keys costs nothing extra.
    /// </summary>
    /// <returns>One result per item, in the order of the items.</returns>
    public static async Task<IReadOnlyList<Idempotent<TResult>>> OnceByKeyAsync<TItem, TResult>(
        NpgsqlConnection connection, IReadOnlyList<TItem> items,
        Func<NpgsqlConnection, IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> write,
        Func<IdempotencyKey, TResult, StoredResponse> answer)
        where TItem : IIdempotentItem
    {
        IdempotencyKey[] keys = [.. items.Select(item => item.Key).OfType<IdempotencyKey>()];
        if (keys.Length == 0) return [.. (await write(connection, items)).Select(result => new Idempotent<TResult>(result, null))];

        var claims = await IdempotencyClaims.TakeAsync(connection, keys, CancellationToken.None);
        var first = keys.Where(claims.IsNew).DistinctBy(key => (key.Scope, key.Value)).ToHashSet();
        TItem[] fresh = [.. items.Where(item => item.Key is null || first.Contains(item.Key))];
        var results = fresh.Length == 0 ? [] : await write(connection, fresh);
        await claims.StoreAsync(
            [
                .. fresh.Zip(results).Where(pair => pair.First.Key is not null)
                    .Select(pair => (pair.First.Key!, answer(pair.First.Key!, pair.Second))),
            ],
            CancellationToken.None);

        var plain = new Queue<TResult>(fresh.Zip(results).Where(pair => pair.First.Key is null).Select(pair => pair.Second));
        return [.. items.Select(item => item.Key is null
            ? new Idempotent<TResult>(plain.Dequeue(), null)
            : new Idempotent<TResult>(default, claims.Judge(item.Key)))];
    }
}
