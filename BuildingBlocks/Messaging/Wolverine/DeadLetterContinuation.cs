using System.Diagnostics;
using Fulfillment.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime;

namespace Fulfillment.Messaging.Wolverine;

/// <summary>
/// Moves a message to the dead-letter queue of its module together with its failure. The copy is confirmed before the original is
/// acknowledged, so a crash in between doubles it and never loses it; while the copy cannot be published the original stays in its queue.
/// </summary>
internal sealed class DeadLetterContinuation : IContinuationSource
{
    // The broker would deliver the message again at once, and it would fail again at once.
    private static readonly TimeSpan RequeueDelay = TimeSpan.FromSeconds(5);

    public string Description => "Move to the dead-letter queue with the failure";

    public IContinuation Build(Exception ex, Envelope envelope) => new Continuation(ex);

    private sealed class Continuation(Exception exception) : IContinuation
    {
        public async ValueTask ExecuteAsync(IEnvelopeLifecycle lifecycle, IWolverineRuntime runtime, DateTimeOffset now, Activity? activity)
        {
            var envelope = lifecycle.Envelope!;
            var topology = runtime.Services.GetRequiredService<Topology>();
            if (topology.Find(envelope.QueueName()) is not var (module, subscription))
            {
                // The last resort: the broker sets it aside, without a reason.
                await lifecycle.MoveToDeadLetterQueueAsync(exception);
                return;
            }

            try
            {
                var original = (envelope.Message as Delivery)?.Properties ?? new BasicProperties();
                var properties = FailureHeaders.Describe(original, subscription, exception, envelope.Attempts, now);
                await runtime.Services.GetRequiredService<EventPublisher>()
                    .PublishToQueueAsync(module.DeadLetterQueue, properties, envelope.Data);
            }
#pragma warning disable CA1031 // Wolverine acknowledges a message whose continuation throws, and it would be lost.
            catch (Exception e)
#pragma warning restore CA1031
            {
                runtime.Logger.LogWarning(
                    "{Queue}: a message cannot be moved to the dead-letter queue yet: {Reason}", subscription.Queue, e.Message);
                await Task.Delay(RequeueDelay, runtime.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await NackRequeue.Instance.ExecuteAsync(lifecycle, runtime, now, activity);
                return;
            }

            Failpoint.Hit("dead-letter-after-confirm");
            await lifecycle.CompleteAsync();
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            runtime.Logger.LogError(
                "{Queue}: message {MessageId} went to {DeadLetterQueue} after {Attempts} attempt(s): {Reason}",
                subscription.Queue, envelope.Id, module.DeadLetterQueue, envelope.Attempts, exception.Message);
        }
    }
}
