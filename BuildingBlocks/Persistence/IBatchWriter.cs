using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>The SQL of a <see cref="GroupCommit{TItem,TResult}"/>. The name of the class names it in metrics and traces.</summary>
/// <typeparam name="TItem">Work of a caller.</typeparam>
/// <typeparam name="TResult">Result of the work.</typeparam>
public interface IBatchWriter<TItem, TResult>
{
    /// <summary>Items to write, and roll back, before the process listens; none when the first caller need not be fast.</summary>
    /// <remarks>They must not consume sequence numbers: a rollback does not return them.</remarks>
    IReadOnlyList<TItem> Sample => [];

    /// <summary>
    /// Does the work of many callers within the open transaction, with set-based SQL. A commit whose answer was lost is tried
    /// again, so the SQL must be idempotent by a business key: insert <c>ON CONFLICT</c>, update only from the expected state.
    /// </summary>
    /// <returns>One result per item, in the order of the items.</returns>
    Task<IReadOnlyList<TResult>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<TItem> items);
}
