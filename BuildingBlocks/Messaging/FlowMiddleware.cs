using Fulfillment.BuildingBlocks.Observability;
using Fulfillment.Contracts;
using Wolverine;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>Names the flow that a message belongs to in every log line of its handler.</summary>
public static class FlowMiddleware
{
    /// <summary>Called by Wolverine before each handler.</summary>
    /// <exception cref="InvalidMessageException">The message has no id.</exception>
    public static void Before(BaseEvent message, Envelope envelope, Topology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(envelope);
        // The ids of all that follows are derived from this one: two flows must not share it.
        if (message.EventId == Guid.Empty) throw new InvalidMessageException("The eventId is all zeros.");
        Failpoint.Hit(topology.OwnerOf(envelope.Destination?.Segments[^1]), "after-receive");
        Flow.Enter(topology.OwnerOf(envelope.Destination?.Segments[^1]), message.AboutOrder, message.EventId, message.CorrelationId ?? message.EventId);
    }

    /// <summary>Called by Wolverine after each handler that has succeeded, before the message is acknowledged.</summary>
    public static void After(BaseEvent message, Envelope envelope, Topology topology)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(envelope);
        Failpoint.Hit(topology.OwnerOf(envelope.Destination?.Segments[^1]), "after-publish");
    }
}
