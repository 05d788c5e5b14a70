using Fulfillment.BuildingBlocks.Observability;
using Fulfillment.Contracts;
using Wolverine;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>Names the flow that a message belongs to in every log line of its handler.</summary>
public static class FlowMiddleware
{
    /// <summary>Called by Wolverine before each handler.</summary>
    public static void Before(BaseEvent message, Envelope envelope, Topology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(envelope);
        Flow.Enter(topology.OwnerOf(envelope.Destination?.Segments[^1]), message.AboutOrder, message.EventId, message.CorrelationId ?? message.EventId);
    }
}
