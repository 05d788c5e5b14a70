using Fulfillment.Contracts;

namespace Fulfillment.Messaging;

/// <summary>Fills the fields that every event carries.</summary>
public static class EventMetadata
{
    /// <summary>
    /// Stamps an event that no other event caused, but a request or the clock. It starts a correlation, unless another event has.
    /// </summary>
    /// <param name="event">Event whose own fields are set.</param>
    /// <param name="eventId">Its id.</param>
    /// <param name="at">When it happened.</param>
    /// <param name="correlationId">Event that started the correlation; null when this one does.</param>
    public static TEvent WithNewCorrelation<TEvent>(this TEvent @event, Guid eventId, DateTimeOffset at, Guid? correlationId = null)
        where TEvent : BaseEvent =>
        Stamp(@event, eventId, at, correlation: correlationId ?? eventId, causation: null);

    /// <summary>
    /// Stamps the outcome of a handled event with the id and time that were stored with the outcome, so that
    /// a redelivery leads to exactly the same message again.
    /// </summary>
    /// <param name="event">Event whose own fields are set.</param>
    /// <param name="cause">Event that was handled.</param>
    /// <param name="eventId">Stored id of the outcome.</param>
    /// <param name="at">Stored time of the outcome.</param>
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
