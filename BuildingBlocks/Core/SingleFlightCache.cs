namespace Fulfillment.Core;

/// <summary>
/// A value that is read again when a caller asks for it and it is too old. Concurrent callers share one reading, and its failure.
/// </summary>
/// <param name="age">How old the value may be.</param>
/// <param name="read">Reads it.</param>
/// <param name="time">The clock.</param>
public sealed class SingleFlightCache<T>(TimeSpan age, Func<CancellationToken, Task<T>> read, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<T>? _value;
    private long _since;

    /// <summary>The value. A caller that gives up does not disturb the others.</summary>
    public Task<T> GetAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_value is not { IsCompleted: false }
                && (_value is not { IsCompletedSuccessfully: true } || time.GetElapsedTime(_since) > age))
            {
                _value = Task.Run(ReadAsync, CancellationToken.None);
            }

            return _value.WaitAsync(ct);
        }
    }

    /// <summary>Makes the next caller read anew.</summary>
    public void Invalidate()
    {
        lock (_gate) _value = null;
    }

    private async Task<T> ReadAsync()
    {
        var value = await read(CancellationToken.None);
        lock (_gate) _since = time.GetTimestamp();
        return value;
    }
}
