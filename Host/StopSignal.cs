using System.Runtime.InteropServices;

namespace Fulfillment.Host;

/// <summary>
/// Remembers from the first moment of the process that it was told to stop. A host listens to SIGTERM only while it runs: before that, and while one host makes room for
/// the next, the signal would be lost, because the first process of a container is not ended by a signal that it does not handle.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly PosixSignalRegistration _registration;

    public StopSignal() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        WasGiven = true;
    });

    public bool WasGiven { get; private set; }

    /// <summary>Stops a host that has started after the signal.</summary>
    public void PassOnTo(IHostApplicationLifetime lifetime) => lifetime.ApplicationStarted.Register(() =>
    {
        if (WasGiven) lifetime.StopApplication();
    });

    public void Dispose() => _registration.Dispose();
}
