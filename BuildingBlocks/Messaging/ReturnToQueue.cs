using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>Gives a message back to the broker, which delivers it again, to this process or to another one that reaches its dependencies.</summary>
internal sealed class ReturnToQueue : IContinuationSource, IContinuation
{
    public static readonly ReturnToQueue Instance = new();

    public string Description => "Give the message back to the broker";

    public IContinuation Build(Exception ex, Envelope envelope) => this;

    public async ValueTask ExecuteAsync(IEnvelopeLifecycle lifecycle, IWolverineRuntime runtime, DateTimeOffset now, Activity? activity)
    {
        var message = lifecycle.Envelope!;
        try
        {
            await WolverineInternals.ReturnAsync(message);
            runtime.Logger.LogWarning("{Queue}: message {MessageId} goes back after {Attempts} attempts: a dependency is still away", message.Destination?.Segments[^1], message.Id, message.Attempts);
        }
        catch (Exception e) when (e is AlreadyClosedException or ObjectDisposedException)
        {
            runtime.Logger.LogDebug(e, "{Queue}: message {MessageId} went back with its channel", message.Destination?.Segments[^1], message.Id);
        }
#pragma warning disable CA1031 // Wolverine acknowledges a message whose continuation throws. One that is not settled goes back with its channel.
        catch (Exception e)
#pragma warning restore CA1031
        {
            runtime.Logger.LogError(e, "{Queue}: message {MessageId} cannot be given back before its channel closes", message.Destination?.Segments[^1], message.Id);
        }
    }
}
