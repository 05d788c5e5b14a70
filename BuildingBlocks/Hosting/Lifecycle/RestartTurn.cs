using Fulfillment.Core;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>
/// Lets one replica of a service restart its host at a time: the others answer HTTP until it is ready. The turn is a lock in the
/// database, which is free again when the process that holds it ends. It belongs to the process, because it spans the end of one
/// host and the start of the next.
/// </summary>
internal sealed class RestartTurn : IAsyncDisposable
{
    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x5265737461727421;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private NpgsqlConnection? _connection;

    /// <summary>Takes the turn, or keeps the one that this process has.</summary>
    /// <returns>Null when this process has it, else the reason why not.</returns>
    public async Task<string?> TryTakeAsync(IModuleDatabase database, CancellationToken ct)
    {
        if (_connection is not null) return null;
        NpgsqlConnection? connection = null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(Timeout);
            connection = await database.Source.OpenConnectionAsync(limit.Token);
            if (!await connection.TryLockAsync(LockKey, limit.Token)) return "another replica is restarting";
            (_connection, connection) = (connection, null);
            return null;
        }
        catch (Exception e) when (!ct.IsCancellationRequested && (e is NpgsqlException || TransientErrors.Is(e)))
        {
            return $"the database of {database.Module} is unavailable, {e.Message}";
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    /// <summary>Lets the next replica have it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        try
        {
            // The pool may belong to a host that has ended, so the connection is closed. A pool that still lives would keep the
            // lock, so the lock is released first.
            await connection.UnlockAsync(LockKey);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The lock has ended with its session.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
