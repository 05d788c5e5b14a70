using System.Runtime.InteropServices;

namespace Fulfillment.Host;

/// <summary>
/// Passes the stop signal of the process on to its host, from the first moment on. A host listens to SIGTERM only while it runs.
/// Before that, and while one host makes room for the next, the signal would be lost: the first process of a container is not
/// ended by a signal that it does not handle.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private IHostApplicationLifetime? _lifetime;

    public StopSignal() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        WasGiven = true;
        _lifetime?.StopApplication();
    });

    public bool WasGiven { get; private set; }

    /// <summary>Stops a host. One that has not started yet will not: it would take connections that it cannot serve.</summary>
    public void PassOnTo(IHostApplicationLifetime lifetime)
    {
        _lifetime = lifetime;
        if (WasGiven) lifetime.StopApplication();
    }

    public void Dispose() => _registration.Dispose();
}
