using System.Data;
using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>
/// Staggers replicas that stop at the same moment: one stops first, and the others stop when it is back. A restart of all
/// replicas at once, as by <c>docker compose restart</c>, then leaves no moment without a replica that answers. The replica that
/// gets a lock in the database goes first. Does nothing unless <see cref="ShutdownOptions.FirstDelay"/> is set.
/// </summary>
internal sealed class StaggeredShutdown(
    IEnumerable<IModuleDatabase> databases, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<StaggeredShutdown> logger)
    : IAsyncDisposable
{
    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x53746F7070696E67;
    private const string Channel = "replica_is_ready";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    // Holds the lock until the pool is closed at the end of the host, or listens for the replica that is ready again.
    private NpgsqlConnection? _turn;

    /// <summary>Notifies the replicas that wait for this one that it is ready.</summary>
    public async Task SayReadyAsync(CancellationToken ct)
    {
        if (options.Value.FirstDelay is null) return;
        try
        {
            await using var connection = await databases.First().Source.OpenConnectionAsync(ct);
            await using var command = new NpgsqlCommand($"NOTIFY {Channel}", connection);
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (NpgsqlException e)
        {
            logger.LogWarning(
                "The waiting replicas cannot be notified that this replica is ready ({Reason}); they stop after their timeout", e.Message);
        }
    }

    /// <summary>Completes when HTTP may end.</summary>
    /// <param name="isRestart">True when this process restarts its host: it takes no turn, and waits for no other replica.</param>
    public async Task WaitAsync(bool isRestart)
    {
        var start = time.GetTimestamp();
        var delay = options.Value.Delay;
        if (options.Value.FirstDelay is { } first && !isRestart)
        {
            if (await IsFirstAsync()) delay = first;
            else await FirstIsBackAsync(start);
        }

        var left = delay - time.GetElapsedTime(start);
        if (left > TimeSpan.Zero) await Task.Delay(left, time);
    }

    public async ValueTask DisposeAsync()
    {
        if (_turn is not null) await _turn.DisposeAsync();
    }

    // Listens before it asks for the lock, because the holder of the lock cannot be back any earlier.
    private async Task<bool> IsFirstAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            _turn = await databases.First().Source.OpenConnectionAsync(timeout.Token);
            await using var command = new NpgsqlCommand($"LISTEN {Channel}; SELECT pg_try_advisory_lock({LockKey})", _turn);
            return await command.ExecuteScalarAsync(timeout.Token) is true;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            logger.LogWarning(
                "Staggered shutdown is unavailable ({Reason}); this replica stops without waiting for the others", e.Message);
            return false;
        }
    }

    private async Task FirstIsBackAsync(long start)
    {
        if (_turn is not { FullState: ConnectionState.Open } connection) return;
        try
        {
            using var timeout = new CancellationTokenSource(ShutdownOptions.TurnTimeout - time.GetElapsedTime(start), time);
            await connection.WaitAsync(timeout.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            logger.LogInformation("The replica that stopped first is not back yet; this replica stops without waiting longer");
        }
    }
}
