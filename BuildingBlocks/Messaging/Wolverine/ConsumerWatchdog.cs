using Fulfillment.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine.RabbitMQ.Internal;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Fulfillment.Messaging.Wolverine;

/// <summary>
/// Restarts a listener that nothing else restarts. Wolverine tries a few times to rebuild it after its connection has recovered.
/// When the broker is unavailable again meanwhile, its queue stays without a consumer; so does a queue that is deleted.
/// </summary>
internal sealed class ConsumerWatchdog(
    Startup startup, BrokerConnection broker, IWolverineRuntime wolverine, RequestRestart restart,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ConsumerWatchdog> logger)
    : PollingWorker(startup, time, logger)
{
    private const int MaxFailures = 3;

    // Longer than Wolverine needs to recover by itself.
    private static readonly TimeSpan RecoveryTime = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Uri, ConsumerReconnect> _lost = [];

    /// <summary>The queues of this process that have had no listener for longer than it takes to recover, as of the last look.</summary>
    public IReadOnlyList<string> QueuesWithoutConsumer { get; private set; } = [];

    protected override string Work => "lost listeners";

    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override bool StopsAtOnce => true;

    protected override Task WhenReadyAsync(CancellationToken ct) => Startup.MessagingReady.WaitAsync(ct);

    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        var overdue = wolverine.Endpoints.ActiveListeners().OfType<ListeningAgent>()
            .Where(listener => listener.Uri.Scheme == RabbitMqTransport.ProtocolName && IsOverdue(listener)).ToList();
        QueuesWithoutConsumer = [.. overdue.Select(Queue)];
        if (overdue.Count == 0 || !await BrokerAnswersAsync(ct)) return false;
        foreach (var listener in overdue.Where(_ => !lifetime.ApplicationStopping.IsCancellationRequested))
            await BringBackAsync(listener);
        var lost = overdue
            .Where(listener => _lost.TryGetValue(listener.Uri, out var reconnect) && reconnect.Failures >= MaxFailures)
            .Select(Queue).ToList();
        if (lost.Count == 0 || lifetime.ApplicationStopping.IsCancellationRequested) return false;
        if (await restart(ct) is { } reason)
        {
            logger.LogWarning(
                "{Count} listeners cannot be started, and this process does not restart yet: {Reason}", lost.Count, reason);
            return false;
        }

        // Their connection is lost for good: the client stops recovering a connection that breaks again during its recovery.
        logger.LogError(
            "The listeners of {Queues} cannot be started although the broker answers: restarting", string.Join(", ", lost));
        return false;
    }

    private static string Queue(ListeningAgent listener) => listener.Uri.Segments[^1];

    private static bool IsConsuming(ListeningAgent listener) =>
        listener is
        {
            Status: ListeningStatus.Accepting,
            Listener: IReportConnectionState { ConnectionState: TransportConnectionState.Connected },
        }
        && WolverineInternals.IsConsuming(listener);

    private bool IsOverdue(ListeningAgent listener)
    {
        if (IsConsuming(listener))
        {
            _lost.Remove(listener.Uri);
            return false;
        }

        _lost.TryAdd(listener.Uri, new ConsumerReconnect(Time));
        return _lost[listener.Uri].Idle > RecoveryTime;
    }

    // A listener cannot be started before the broker answers.
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
        var reconnect = _lost[listener.Uri];
        if (await reconnect.TryAsync(() => WolverineInternals.ReconnectAsync(listener), () => IsConsuming(listener)) is { } failure)
            logger.LogWarning("{Queue} has no listener yet: {Reason}", Queue(listener), failure);
        else _lost.Remove(listener.Uri);
    }
}
