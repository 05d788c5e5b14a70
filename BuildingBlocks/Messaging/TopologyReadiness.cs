namespace Fulfillment.Messaging;

/// <summary>
/// Whether the topology was found complete on the broker that this process is connected to. The broker confirms an
/// event for which no queue is bound yet, so nothing is published before. A new connection may lead to another broker,
/// and a publish that fails for lack of an exchange or a queue shows a changed one: after both, the topology counts as
/// unknown until it is declared or checked again.
/// </summary>
public sealed class TopologyReadiness
{
    private readonly Lock _gate = new();
    private volatile TaskCompletionSource _complete = New();
    private volatile TaskCompletionSource _unknown = New();
    private volatile string _reason = "it was not checked yet";
    private volatile int _version;

    /// <summary>Why events must not be published now; null when they may be.</summary>
    internal string? NotCompleteBecause => _complete.Task.IsCompleted ? null : _reason;

    /// <summary>A check reads it before it begins, so that its result does not count for a later broker.</summary>
    internal int Version => _version;

    internal Task WhenCompleteAsync(CancellationToken ct) => _complete.Task.WaitAsync(ct);

    internal Task WhenUnknownAsync(TimeSpan timeout, TimeProvider time, CancellationToken ct) =>
        _unknown.Task.WaitAsync(timeout, time, ct);

    /// <summary>Notes that a check that began at a version has found the topology complete.</summary>
    internal void Complete(int version)
    {
        lock (_gate)
        {
            if (version != _version || _complete.Task.IsCompleted) return;
            _unknown = New();
            _complete.SetResult();
        }
    }

    /// <summary>Notes that something is missing, or that the broker may be another one.</summary>
    internal void Reset(string reason)
    {
        lock (_gate)
        {
            _version++;
            _reason = reason;
            if (!_complete.Task.IsCompleted) return;
            _complete = New();
            _unknown.SetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
