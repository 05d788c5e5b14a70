using Fulfillment.Core;
using Fulfillment.Messaging.Wolverine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine.Runtime;
using Wolverine.Transports;

// The namespace of the folder above, so that no caller has to name the library.
#pragma warning disable IDE0130
namespace Fulfillment.Messaging;
#pragma warning restore IDE0130

/// <summary>The listeners of this process: one for each subscription of its modules.</summary>
internal sealed class MessageListeners(
    IWolverineRuntime wolverine, ConsumerWatchdog watchdog, TimeProvider time, ILogger<MessageListeners> logger)
{
    private static readonly TimeSpan QuietPeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>Queues of this process that have had no consumer for longer than a reconnect takes.</summary>
    public IReadOnlyList<string> QueuesWithoutConsumer => watchdog.QueuesWithoutConsumer;

    /// <summary>Starts all listeners, once in the life of a host. When it fails, some of them may have been started.</summary>
    public Task StartAsync(CancellationToken ct) => ((IHostedService)wolverine).StartAsync(ct);

    /// <summary>Closes the connection of the listeners.</summary>
    public Task StopAsync(CancellationToken ct) => ((IHostedService)wolverine).StopAsync(ct);

    /// <summary>Takes no new message and waits for the messages that are being handled, but not for ever.</summary>
    public async Task DrainAsync()
    {
        var drained = Task.WhenAll(wolverine.Endpoints.ActiveListeners().Select(DrainAsync));
        if (await Task.WhenAny(drained, Task.Delay(ShutdownOptions.DrainTimeout, time)) != drained)
        {
            logger.LogWarning(
                "Some messages are still being handled after {Timeout}; the broker will deliver them again", ShutdownOptions.DrainTimeout);
        }
        else if (drained.Exception is { } failure)
        {
            logger.LogWarning(failure, "A listener did not stop in good order; the broker will deliver its messages again");
        }
    }

    // A busy quorum queue forgets acknowledgements whose channel closes right after them, and delivers handled messages again
    // (ADR 2). So a channel stays open for a moment after its last message was acknowledged. A message that is handled for longer
    // than the whole drain is delivered again anyway.
    internal static async Task WaitUntilQuietAsync(IListeningAgent listener, TimeProvider time)
    {
        var (begun, quietSince, received) = (time.GetTimestamp(), time.GetTimestamp(), listener.LastQueueActivityAt);
        while (time.GetElapsedTime(quietSince) < QuietPeriod && time.GetElapsedTime(begun) < ShutdownOptions.DrainTimeout / 2)
        {
            await Task.Delay(QuietPeriod / 10, time);
            if (listener.QueueCount == 0 && listener.LastQueueActivityAt == received) continue;
            (quietSince, received) = (time.GetTimestamp(), listener.LastQueueActivityAt);
        }
    }

    private async Task DrainAsync(IListeningAgent listener)
    {
        if (listener is ListeningAgent { Listener: { } consumer } agent)
        {
            await consumer.StopAsync();
            await WaitUntilQuietAsync(agent, time);
        }

        await listener.StopAndDrainAsync();
    }
}
