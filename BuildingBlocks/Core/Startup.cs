namespace Fulfillment.Core;

/// <summary>
/// How far the start of this process has come. HTTP answers after the first look at the databases; all other parts wait for their
/// dependencies.
/// </summary>
public sealed class Startup
{
    private readonly TaskCompletionSource _initialCheck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _databases = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _messaging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the databases were found, or found missing.</summary>
    public Task InitialCheck => _initialCheck.Task;

    /// <summary>Completes when every database of this process is reachable and migrated.</summary>
    public Task DatabasesReady => _databases.Task;

    /// <summary>Completes when the topology is declared and the listeners run.</summary>
    public Task MessagingReady => _messaging.Task;

    /// <summary>Dependency that the start waits for; empty when the start is complete.</summary>
    public string WaitingFor { get; private set; } = "the first check";

    /// <summary>
    /// True when the host ended because listeners could not be started or restarted. The process then builds another host.
    /// </summary>
    public bool RestartRequested { get; internal set; }

    internal void IsWaitingFor(string reason)
    {
        WaitingFor = reason;
        _initialCheck.TrySetResult();
    }

    internal void DatabasesAreReady()
    {
        _databases.TrySetResult();
        _initialCheck.TrySetResult();
    }

    internal void MessagingIsReady()
    {
        WaitingFor = "";
        _messaging.TrySetResult();
    }
}
