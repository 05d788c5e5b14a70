using Fulfillment.Core;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>
/// Writes the work of many concurrent callers in one transaction with set-based SQL, so that they share its round trips and its
/// fsync. Callers are completed after the commit, never before.
/// </summary>
/// <typeparam name="TItem">Work of a caller.</typeparam>
/// <typeparam name="TResult">Result of the work.</typeparam>
public abstract class GroupCommit<TItem, TResult>(NpgsqlDataSource database, BatchLimits? limits = null, TimeProvider? time = null)
    : BatchQueue<TItem, TResult>(limits ?? new BatchLimits(), time), IWarmUp
{
    /// <summary>Writes the sample and rolls it back.</summary>
    /// <exception cref="NpgsqlException">The database cannot be used at the moment.</exception>
    public async Task WarmUpAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await WriteAsync(connection, Sample);
        await transaction.RollbackAsync(ct);
    }

    /// <summary>Items of a warm-up. They must not consume sequence numbers: a rollback does not return them.</summary>
    protected virtual IReadOnlyList<TItem> Sample => [];

    /// <inheritdoc />
    protected sealed override async Task<IReadOnlyList<TResult>> ProcessAsync(IReadOnlyList<TItem> items, Func<bool> beginCommit)
    {
        ArgumentNullException.ThrowIfNull(beginCommit);
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var results = await WriteAsync(connection, items);
            Failpoint.Hit(GetType().Name, "before-commit");
            if (!beginCommit()) throw new CallerGaveUpException();
            await transaction.CommitKnownAsync();
            GroupCommitMetrics.BatchSize.Record(items.Count, new KeyValuePair<string, object?>("writer", GetType().Name));
            return results;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            // The pool holds connections to a former primary, or to a server that is writable for new sessions only.
            database.Clear();
            throw;
        }
    }

    /// <summary>
    /// Does the work within the open transaction. A commit whose answer was lost is tried again, so the SQL must be
    /// idempotent by a business key: insert <c>ON CONFLICT</c>, update only from the expected state.
    /// </summary>
    /// <returns>One result per item, in the order of the items.</returns>
    protected abstract Task<IReadOnlyList<TResult>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<TItem> items);
}
