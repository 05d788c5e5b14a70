using Fulfillment.BuildingBlocks.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.BuildingBlocks;

/// <summary>
/// Lets replicas that are told to stop at the same moment leave one before the others, so that it is back when they go: whoever restarts a
/// service at once, as <c>docker compose restart</c> does, still leaves no moment in which nobody answers. Who gets a lock in the database goes first.
/// </summary>
internal sealed class ShutdownTurn(
    IEnumerable<IModuleDatabase> databases, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<ShutdownTurn> logger) : IAsyncDisposable
{
    // Any number that nothing else in these databases locks.
    private const long LockKey = 0x53746F7070696E67;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Holds the lock until this process ends.
    private NpgsqlConnection? _turn;

    /// <summary>Goes on until HTTP may end.</summary>
    public async Task WaitAsync()
    {
        var start = time.GetTimestamp();
        var delay = options.Value.FirstDelay is { } first && await IsFirstAsync() ? first : options.Value.Delay;
        var left = delay - time.GetElapsedTime(start);
        if (left > TimeSpan.Zero) await Task.Delay(left, time);
    }

    public async ValueTask DisposeAsync()
    {
        if (_turn is not null) await _turn.DisposeAsync();
    }

    private async Task<bool> IsFirstAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            _turn = await databases.First().Source.OpenConnectionAsync(patience.Token);
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", _turn) { Parameters = { new NpgsqlParameter<long> { TypedValue = LockKey } } };
            return await command.ExecuteScalarAsync(patience.Token) is true;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            logger.LogWarning("Nobody knows who stops first: {Reason}", e.Message);
            return false;
        }
    }
}
