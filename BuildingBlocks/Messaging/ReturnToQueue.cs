using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// Pauses the listener without settling the message: closing the channel makes the broker itself put every unacknowledged message
/// back. Wolverine's own requeue acknowledges the message and publishes a copy of it, which a crash in between would lose.
/// </summary>
internal sealed class ReturnToQueue : IContinuationSource, IContinuation
{
    public static readonly ReturnToQueue Instance = new();

    internal static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    // Longer than a message is retried in place: a listener that pauses again so soon has not come through in between.
    private static readonly TimeSpan SameOutage = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Uri, (int Pauses, DateTimeOffset Last)> _outages = new();

    // A listener that stops says for seconds that it still accepts, until what it handles has ended. Two pauses at once would start it twice.
    private readonly ConcurrentDictionary<Uri, bool> _pausing = new();

    public string Description => "Pause the listener and leave the message to the broker";

    public IContinuation Build(Exception ex, Envelope envelope) => this;

    public async ValueTask ExecuteAsync(IEnvelopeLifecycle lifecycle, IWolverineRuntime runtime, DateTimeOffset now, Activity? activity)
    {
        var address = lifecycle.Envelope?.Listener?.Address;
        if (address is null || runtime.Endpoints.FindListeningAgent(address) is not { Status: ListeningStatus.Accepting } agent) return;
        if (!_pausing.TryAdd(address, true)) return;
        try
        {
            var pause = NextPause(address, now, Random.Shared.NextDouble());
            runtime.Logger.LogWarning("{Queue} pauses for {Pause}: a dependency is still away", address, pause);
            await agent.PauseAsync(pause);
        }
        finally
        {
            _pausing.TryRemove(address, out _);
        }
    }

    /// <summary>5, 10, 20 and then 30 seconds, up to a fifth less, so that the listeners of several processes do not return as one.</summary>
    internal TimeSpan NextPause(Uri address, DateTimeOffset now, double random)
    {
        var (pauses, _) = _outages.AddOrUpdate(
            address, _ => (1, now), (_, outage) => (now - outage.Last < SameOutage ? outage.Pauses + 1 : 1, now));
        var longest = Math.Min(FirstPause.TotalSeconds * Math.Pow(2, Math.Min(pauses - 1, 10)), LongestPause.TotalSeconds);
        return TimeSpan.FromSeconds(longest * (1 - (random / 5)));
    }
}
