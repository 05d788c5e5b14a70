using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime;

namespace Fulfillment.Messaging.Wolverine;

/// <summary>Returns a message to its queue, from where the broker delivers it again, to this process or to another one.</summary>
internal sealed class NackRequeue : IContinuationSource, IContinuation
{
    public static readonly NackRequeue Instance = new();

    public string Description => "Return the message to its queue";

    public IContinuation Build(Exception ex, Envelope envelope) => this;

    public async ValueTask ExecuteAsync(IEnvelopeLifecycle lifecycle, IWolverineRuntime runtime, DateTimeOffset now, Activity? activity)
    {
        var message = lifecycle.Envelope!;
        try
        {
            await WolverineInternals.ReturnAsync(message);
            runtime.Logger.LogWarning(
                "{Queue}: message {MessageId} goes back after {Attempts} attempts: a dependency is still unavailable",
                message.QueueName(), message.Id, message.Attempts);
        }
        catch (Exception e) when (e is AlreadyClosedException or ObjectDisposedException)
        {
            runtime.Logger.LogDebug(e, "{Queue}: message {MessageId} went back with its channel", message.QueueName(), message.Id);
        }
#pragma warning disable CA1031 // Wolverine would acknowledge the message; an unsettled one goes back with its channel.
        catch (Exception e)
#pragma warning restore CA1031
        {
            runtime.Logger.LogError(
                e, "{Queue}: message {MessageId} cannot be returned before its channel closes", message.QueueName(), message.Id);
        }
    }
}
