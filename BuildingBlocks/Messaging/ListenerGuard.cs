using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// Brings back a listener that nothing else brings back: Wolverine tries once to start it after a pause or to rebuild it after its
/// connection has recovered, and a broker that is away again at that moment leaves its queue without a consumer.
/// </summary>
internal sealed class ListenerGuard(
    Startup startup, BrokerConnection broker, IWolverineRuntime wolverine, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ListenerGuard> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Longer than a pause, and than what Wolverine needs to recover by itself.
    private static readonly TimeSpan Patience = ReturnToQueue.LongestPause + TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PatienceWithoutConnection = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Uri, long> _idleSince = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.MessagingReady.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var listener in wolverine.Endpoints.ActiveListeners().OfType<ListeningAgent>().ToList())
            {
                if (!lifetime.ApplicationStopping.IsCancellationRequested && IsOverdue(listener)) await BringBackAsync(listener, stoppingToken);
            }
        }
    }

    private bool IsOverdue(ListeningAgent listener)
    {
        var connected = listener.Listener is IReportConnectionState { ConnectionState: TransportConnectionState.Connected };
        if (listener.Status == ListeningStatus.Accepting && connected)
        {
            _idleSince.Remove(listener.Uri);
            return false;
        }

        if (_idleSince.TryAdd(listener.Uri, time.GetTimestamp())) return false;
        return time.GetElapsedTime(_idleSince[listener.Uri]) > (listener.Status == ListeningStatus.Accepting ? PatienceWithoutConnection : Patience);
    }

    private async Task BringBackAsync(ListeningAgent listener, CancellationToken ct)
    {
        try
        {
            // No sooner than the broker is there.
            await using (await broker.OpenChannelAsync(ct: ct))
            {
            }

            logger.LogWarning("{Queue} has no listener although the broker answers: starting it again", listener.Uri);
            await listener.RestartAsync();
            _idleSince.Remove(listener.Uri);
        }
#pragma warning disable CA1031 // It is tried again, whatever it was.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogWarning("{Queue} has no listener yet, {Reason}", listener.Uri, e.Message);
        }
    }
}
