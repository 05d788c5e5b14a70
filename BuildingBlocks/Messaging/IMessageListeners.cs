using Fulfillment.Core;

namespace Fulfillment.Messaging;

/// <summary>The listeners of this process: one for each subscription of its modules.</summary>
public interface IMessageListeners
{
    /// <summary>Queues of this process that have had no consumer for longer than a reconnect takes.</summary>
    IReadOnlyList<string> QueuesWithoutConsumer { get; }

    /// <summary>Starts all listeners, once in the life of a host. When it fails, some of them may have been started.</summary>
    Task StartAsync(CancellationToken ct);

    /// <summary>
    /// Takes no new message and waits for the messages that are being handled, for <see cref="ShutdownOptions.DrainTimeout"/> at
    /// most.
    /// </summary>
    Task DrainAsync();

    /// <summary>Closes the connection of the listeners.</summary>
    Task StopAsync(CancellationToken ct);
}
