using System.Diagnostics.Metrics;
using Fulfillment.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
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

/// <summary>Limits of a <see cref="GroupCommit{TItem,TResult}"/>.</summary>
public sealed record BatchLimits
{
    /// <summary>Items that are processed together at most.</summary>
    public int MaxBatch { get; init; } = 500;

    /// <summary>Items that wait at most; a caller beyond that waits until there is room.</summary>
    public int Capacity { get; init; } = 4_000;

    /// <summary>How often a batch is tried when its failures are transient.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Delay before the second attempt; it doubles with each further one and is jittered.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a caller waits for the beginning of its commit; null: as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>
/// Writes the work of many concurrent callers in one transaction, so that they share its round trips and its fsync. Callers are
/// completed after the commit, never before.
/// </summary>
/// <typeparam name="TItem">Work of a caller.</typeparam>
/// <typeparam name="TResult">Result of the work.</typeparam>
public sealed class GroupCommit<TItem, TResult> : IWarmUp, IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly IBatchWriter<TItem, TResult> _writer;
    private readonly string _name;
    private readonly BatchQueue<TItem, TResult> _queue;

    internal GroupCommit(
        NpgsqlDataSource database, IBatchWriter<TItem, TResult> writer, BatchLimits? limits = null, TimeProvider? time = null)
    {
        (_database, _writer, _name) = (database, writer, writer.GetType().Name);
        _queue = new BatchQueue<TItem, TResult>(_name, CommitAsync, limits ?? new BatchLimits(), time ?? TimeProvider.System);
    }

    /// <summary>Does the work of a caller within the next transaction.</summary>
    /// <param name="item">The work.</param>
    /// <param name="ct">Stops the caller's waiting.</param>
    /// <returns>The item's own result, after its transaction is committed.</returns>
    /// <exception cref="OperationCanceledException">
    /// The caller stopped waiting, or the process is stopping. The work is not done, and will not be done later.
    /// </exception>
    /// <exception cref="TimeoutException">It took longer than callers wait. The work is not done, and will not be done later.</exception>
    /// <exception cref="OutcomeUnknownException">The commit of the work had begun and was not confirmed: the work may be done.</exception>
    public Task<TResult> ExecuteAsync(TItem item, CancellationToken ct = default) => _queue.ExecuteAsync(item, ct);

    async Task IWarmUp.WarmUpAsync(CancellationToken ct)
    {
        if (_writer.Sample is not { Count: > 0 } sample) return;
        await using var connection = await _database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await _writer.WriteAsync(connection, sample);
        await transaction.RollbackAsync(ct);
    }

    /// <summary>Finishes the waiting work. Later calls fail.</summary>
    ValueTask IAsyncDisposable.DisposeAsync() => _queue.DisposeAsync();

    private async Task<IReadOnlyList<TResult>?> CommitAsync(IReadOnlyList<TItem> items, Func<bool> beginCommit)
    {
        try
        {
            await using var connection = await _database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var results = await _writer.WriteAsync(connection, items);
            Failpoint.Hit(_name, "before-commit");
            if (!beginCommit()) return null;
            await transaction.CommitKnownAsync();
            GroupCommitRegistration.BatchSize.Record(items.Count, new KeyValuePair<string, object?>("writer", _name));
            return results;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            // The pool holds connections to a former primary, or to a server that is writable for new sessions only.
            _database.Clear();
            throw;
        }
    }
}

/// <summary>Registers group commits.</summary>
public static class GroupCommitRegistration
{
    // Of the process, like the writers, which tests create too.
    private static readonly Meter Meter = new(Telemetry.MeterName);

    /// <summary>Number of callers that share a transaction: the more there are, the cheaper each is.</summary>
    internal static Histogram<int> BatchSize { get; } = Meter.CreateHistogram(
        "fulfillment_group_commit_batch_size", description: "Callers that have shared a transaction.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] });

    /// <summary>A group commit of a module's database, which is warmed up when its writer has a sample.</summary>
    public static void AddGroupCommit<TContext, TWriter, TItem, TResult>(this IServiceCollection services, BatchLimits? limits = null)
        where TContext : DbContext
        where TWriter : IBatchWriter<TItem, TResult>
    {
        services.AddSingleton(provider => new GroupCommit<TItem, TResult>(
            provider.GetRequiredService<ModuleDatabase<TContext>>().Source, ActivatorUtilities.CreateInstance<TWriter>(provider), limits,
            provider.GetRequiredService<TimeProvider>()));
        services.AddWarmUp<GroupCommit<TItem, TResult>>();
    }
}
