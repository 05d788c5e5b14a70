using Fulfillment.Core;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>
/// Ends the process when it has not stopped by itself in time. It belongs to the process, not to its host, because the disposal
/// of the host may hang.
/// </summary>
internal sealed class StopDeadline(TimeProvider time, TimeSpan? limit = null, Action<int>? end = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _limit = limit ?? ShutdownOptions.Deadline;
    private readonly Action<int> _end = end ?? Environment.Exit;
    private ITimer? _timer;

    /// <summary>Starts the time, unless it already runs.</summary>
    /// <param name="isRestart">True when the process is to build another host: a timeout then ends it with exit code 1.</param>
    public void Start(bool isRestart)
    {
        lock (_gate) _timer ??= time.CreateTimer(_ => End(isRestart), null, _limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the time: the host has ended, and the process goes on with another one.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    public void Dispose() => Cancel();

    // The logger may be disposed of by now.
    private void End(bool isRestart)
    {
        Console.Error.WriteLine($"Still not stopped after {_limit}: ending now; the broker or the client repeats what is not finished");
        _end(isRestart ? 1 : Environment.ExitCode);
    }
}
