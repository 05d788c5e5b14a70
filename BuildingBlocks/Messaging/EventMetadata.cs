using Fulfillment.Contracts;

namespace Fulfillment.Messaging;

/// <summary>Fills the fields that every event carries.</summary>
public static class EventMetadata
{
    /// <summary>
    /// Stamps an event that no other event caused, but a request or the clock. It starts a correlation, unless another event has.
    /// </summary>
    public static TEvent WithNewCorrelation<TEvent>(this TEvent @event, Guid eventId, DateTimeOffset at, Guid? correlationId = null)
        where TEvent : BaseEvent =>
        Stamp(@event, eventId, at, correlation: correlationId ?? eventId, causation: null);

    /// <summary>
    /// Stamps the outcome of a handled event with the id and time that were stored with the outcome, so that
    /// a redelivery leads to exactly the same message again.
    /// </summary>
    public static TEvent WithCausation<TEvent>(this TEvent @event, BaseEvent cause, Guid eventId, DateTimeOffset at)
        where TEvent : BaseEvent =>
        Stamp(@event, eventId, at, cause.CorrelationId ?? cause.EventId, cause.EventId);

    private static TEvent Stamp<TEvent>(TEvent @event, Guid eventId, DateTimeOffset at, Guid correlation, Guid? causation)
        where TEvent : BaseEvent
    {
        BaseEvent stamped = @event with
        {
            EventId = eventId,
            Timestamp = at.ToUniversalTime(),
            OccurredAt = at.ToUniversalTime(),
            CorrelationId = correlation,
            CausationId = causation,
        };
        return (TEvent)stamped;
    }
}
