using System.Diagnostics;

namespace Fulfillment.Harness;

/// <summary>A process of the system, by its name for people and the address of its HTTP API.</summary>
internal abstract class SystemProcess(string name, Process process, Uri address) : IAsyncDisposable
{
    public string Name => name;

    public Uri Address => address;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Exit code: 128 plus the number of the signal, if a signal ended it.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Sends a signal. A process that has ended meanwhile does not get it.</summary>
    public void Signal(Signal signal)
    {
        if (HasExited) return;
        if (SignalSender.Send(Id, signal) is { } error && !HasExited)
            throw new HarnessException($"{Name} cannot be sent {signal}: {error}");
    }

    /// <summary>True once the process has ended, false when it has not within the timeout.</summary>
    public async Task<bool> EndsAsync(TimeSpan timeout, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    public abstract ValueTask DisposeAsync();
}
