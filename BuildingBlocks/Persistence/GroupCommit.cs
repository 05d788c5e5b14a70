using Fulfillment.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fulfillment.Persistence;

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

    /// <summary>Begins to wait for callers.</summary>
    public GroupCommit(
        NpgsqlDataSource database, IBatchWriter<TItem, TResult> writer, BatchLimits? limits = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
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

    /// <summary>Writes the sample and rolls it back.</summary>
    /// <exception cref="NpgsqlException">The database cannot be used at the moment.</exception>
    public async Task WarmUpAsync(CancellationToken ct)
    {
        if (_writer.Sample is not { Count: > 0 } sample) return;
        await using var connection = await _database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await _writer.WriteAsync(connection, sample);
        await transaction.RollbackAsync(ct);
    }

    /// <summary>Finishes the waiting work. Later calls fail.</summary>
    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private async Task<IReadOnlyList<TResult>> CommitAsync(IReadOnlyList<TItem> items, Func<bool> beginCommit)
    {
        try
        {
            await using var connection = await _database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var results = await _writer.WriteAsync(connection, items);
            Failpoint.Hit(_name, "before-commit");
            if (!beginCommit()) throw new CallerGaveUpException();
            await transaction.CommitKnownAsync();
            GroupCommitMetrics.BatchSize.Record(items.Count, new KeyValuePair<string, object?>("writer", _name));
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
