namespace Fulfillment.Core;

/// <summary>Ends the host of this process, which then builds and runs another one, unless another replica is restarting.</summary>
/// <returns>Null when the host ends now, else the reason why not.</returns>
internal delegate Task<string?> RequestRestart(CancellationToken ct);

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
    internal Task InitialCheck => _initialCheck.Task;

    /// <summary>Completes when every database of this process is reachable and migrated.</summary>
    public Task DatabasesReady => _databases.Task;

    /// <summary>Completes when the topology is declared and the listeners run.</summary>
    internal Task MessagingReady => _messaging.Task;

    /// <summary>Dependency that the start waits for; empty when the start is complete.</summary>
    internal string WaitingFor { get; private set; } = "the first check";

    /// <summary>
    /// True when the host ended because listeners could not be started or restarted. The process then builds another host.
    /// </summary>
    internal bool RestartRequested { get; set; }

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
