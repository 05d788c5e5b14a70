using System.Diagnostics;

namespace Fulfillment.Harness.Network;

/// <summary>The effect of a network on the bytes that pass. Without a setting it has none.</summary>
internal sealed class NetworkConditions
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);
    private readonly Lock _lock = new();
    private TimeSpan _delay;
    private long _heldUntil;
    private byte[] _reply = [];
    private int _repliesToLose;
    private int _lost;

    /// <summary>True while new connections are refused.</summary>
    public bool Refuses { get; set; }

    /// <summary>Replies that have been swallowed so far.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Delays every piece of data in both directions.</summary>
    public void Delay(TimeSpan by)
    {
        lock (_lock) _delay = by;
    }

    /// <summary>Passes nothing for the given time, without an error: a partition.</summary>
    public void Hold(TimeSpan time)
    {
        lock (_lock) _heldUntil = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
    }

    /// <summary>
    /// Swallows the next replies of the server that contain these bytes, and cuts their connections: the request has been carried out, and
    /// the client gets no reply.
    /// </summary>
    public void LoseReplies(int count, ReadOnlySpan<byte> containing)
    {
        lock (_lock) (_repliesToLose, _reply) = (count, containing.ToArray());
    }

    /// <summary>Removes all effects.</summary>
    public void Clear()
    {
        lock (_lock) (_delay, _heldUntil, _repliesToLose) = (TimeSpan.Zero, 0, 0);
        Refuses = false;
    }

    /// <summary>Waits as long as the bytes that have just been read must wait.</summary>
    public async ValueTask PassAsync(CancellationToken ct)
    {
        if (Delay() is var delay && delay > TimeSpan.Zero) await Task.Delay(delay, ct);
        // The wait is sliced, because a partition may end earlier.
        while (Held() is var held && held > TimeSpan.Zero) await Task.Delay(held < Slice ? held : Slice, ct);
    }

    /// <summary>True when these bytes of the server are lost together with their connection.</summary>
    public bool Swallows(ReadOnlySpan<byte> reply)
    {
        lock (_lock)
        {
            if (_repliesToLose == 0 || reply.IndexOf(_reply) < 0) return false;
            _repliesToLose--;
        }

        Interlocked.Increment(ref _lost);
        return true;
    }

    private TimeSpan Delay()
    {
        lock (_lock) return _delay;
    }

    private TimeSpan Held()
    {
        lock (_lock) return TimeSpan.FromSeconds(Math.Max(0, _heldUntil - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
    }
}
