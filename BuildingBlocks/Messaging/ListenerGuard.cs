using Fulfillment.BuildingBlocks.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine.RabbitMQ.Internal;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// Brings back a listener that nothing else brings back. Wolverine tries a few times to rebuild it after its connection has recovered, and a
/// broker that is away again meanwhile leaves its queue without a consumer; so does a queue that is deleted.
/// </summary>
internal sealed class ListenerGuard(
    Startup startup, BrokerConnection broker, IWolverineRuntime wolverine, RestartTurn restart, IEnumerable<IModuleDatabase> databases,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ListenerGuard> logger)
    : BackgroundService
{
    private const int MaxFailures = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Longer than Wolverine needs to recover by itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestReconnect = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Uri, long> _idleSince = [];

    /// <summary>The queues of this process that have had no listener for longer than it takes to recover, as of the last look.</summary>
    public IReadOnlyList<string> Deserted { get; private set; } = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.MessagingReady.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        var failures = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var overdue = wolverine.Endpoints.ActiveListeners().OfType<ListeningAgent>()
                .Where(listener => listener.Uri.Scheme == RabbitMqTransport.ProtocolName && IsOverdue(listener)).ToList();
            Deserted = [.. overdue.Select(Queue)];
            if (overdue.Count == 0) failures = 0; // they came back by themselves
            if (overdue.Count == 0 || !await BrokerAnswersAsync(stoppingToken)) continue;
            foreach (var listener in overdue.Where(_ => !lifetime.ApplicationStopping.IsCancellationRequested)) await BringBackAsync(listener);
            failures = overdue.Exists(IsOverdue) ? failures + 1 : 0;
            if (failures < MaxFailures || lifetime.ApplicationStopping.IsCancellationRequested) continue;
            if (await restart.TryTakeAsync(databases.First(), stoppingToken) is { } reason)
            {
                logger.LogWarning("{Count} listeners cannot be started, and this process does not start anew yet: {Reason}", overdue.Count, reason);
                continue;
            }

            // Their connection is lost for good: the client gives up recovering one that breaks again while it is being recovered.
            logger.LogError("{Count} listeners cannot be started although the broker answers: starting anew", overdue.Count);
            startup.StartAnew = true;
            lifetime.StopApplication();
            return;
        }
    }

    private static string Queue(ListeningAgent listener) => listener.Uri.Segments[^1];

    private bool IsOverdue(ListeningAgent listener)
    {
        if (listener is { Status: ListeningStatus.Accepting, Listener: IReportConnectionState { ConnectionState: TransportConnectionState.Connected } }
            && WolverineInternals.IsConsuming(listener))
        {
            _idleSince.Remove(listener.Uri);
            return false;
        }

        if (_idleSince.TryAdd(listener.Uri, time.GetTimestamp())) return false;
        return time.GetElapsedTime(_idleSince[listener.Uri]) > Patience;
    }

    // Before that a listener cannot be started.
    private async Task<bool> BrokerAnswersAsync(CancellationToken ct)
    {
        try
        {
            await using var channel = await broker.OpenChannelAsync(ct: ct);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            logger.LogDebug(e, "Queues have no listener, and RabbitMQ does not answer");
            return false;
        }
    }

    private async Task BringBackAsync(ListeningAgent listener)
    {
        logger.LogWarning("{Queue} has no listener although the broker answers: starting it again", Queue(listener));
        try
        {
            await WolverineInternals.ReconnectAsync(listener).WaitAsync(LongestReconnect, time);
            _idleSince.Remove(listener.Uri);
        }
#pragma warning disable CA1031 // It is tried again, whatever it was.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogWarning(e, "{Queue} has no listener yet", Queue(listener));
        }
    }
}
