using System.Reflection;
using RabbitMQ.Client;
using Wolverine.Transports;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// Tells whether a listener still consumes. When a queue is deleted the broker cancels its consumers; Wolverine ignores that, and its
/// listener goes on to say that it accepts messages. The consumer itself knows better, but is private to it.
/// </summary>
internal static class ListenerProbe
{
    /// <summary>False when the consumer of a listener was cancelled; null when that cannot be told.</summary>
    public static bool? IsConsuming(ListeningAgent agent)
    {
        if (agent.Listener is not { } listener) return null;
        var consumer = listener.GetType().GetField("_consumer", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(listener);
        return consumer is AsyncDefaultBasicConsumer known ? known.IsRunning : null;
    }
}
