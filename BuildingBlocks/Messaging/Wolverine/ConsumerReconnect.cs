namespace Fulfillment.Messaging.Wolverine;

/// <summary>
/// A listener that does not consume: its idle time and its failed reconnects. Its reconnects never overlap.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ConsumerReconnect(TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly long _since = time.GetTimestamp();
    private Task? _current;

    /// <summary>How long the listener has not consumed.</summary>
    public TimeSpan Idle => time.GetElapsedTime(_since);

    /// <summary>Reconnects after which it did not consume.</summary>
    public int Failures { get; private set; }

    /// <summary>Reconnects, unless the last reconnect still runs, and waits for the end of it for a limited time.</summary>
    /// <param name="reconnect">Begins a reconnect.</param>
    /// <param name="isConsuming">Whether the listener consumes.</param>
    /// <returns>The failure, for people; null when the listener consumes.</returns>
    public async Task<string?> TryAsync(Func<Task> reconnect, Func<bool> isConsuming)
    {
        var failure = "it has no consumer";
        try
        {
            if (_current is null or { IsCompleted: true }) _current = reconnect();
            await _current.WaitAsync(Longest, time);
        }
#pragma warning disable CA1031 // Any failure is tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e.Message;
        }

        if (isConsuming()) return null;
        Failures++;
        return failure;
    }
}
