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

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    public string Description => "Pause the listener and leave the message to the broker";

    public IContinuation Build(Exception ex, Envelope envelope) => this;

    public async ValueTask ExecuteAsync(IEnvelopeLifecycle lifecycle, IWolverineRuntime runtime, DateTimeOffset now, Activity? activity)
    {
        var address = lifecycle.Envelope?.Listener?.Address;
        if (address is null || runtime.Endpoints.FindListeningAgent(address) is not { Status: ListeningStatus.Accepting } agent) return;
        runtime.Logger.LogWarning("{Queue} pauses for {Pause}: a dependency is still away", address, Pause);
        await agent.PauseAsync(Pause);
    }
}
