using System.Text.Json.Serialization;

namespace Fulfillment.Contracts;

/// <summary>Base of every event. Bodies are plain JSON; no message header is needed to read one.</summary>
public abstract record BaseEvent
{
    /// <summary>Sets the two names that belong to the type of an event. The names in a received message are ignored.</summary>
    /// <param name="eventType">Upper-case name of the event, for example <c>ORDER_CREATED</c>.</param>
    /// <param name="sourceService">Service that owns the event, for example <c>order-service</c>.</param>
    protected BaseEvent(string eventType, string sourceService)
    {
        EventType = eventType;
        SourceService = sourceService;
    }

    /// <summary>Upper-case name of the event, for example <c>ORDER_CREATED</c>.</summary>
    [JsonPropertyOrder(-6)]
    public string EventType { get; }

    /// <summary>Service that owns the event, for example <c>order-service</c>.</summary>
    [JsonPropertyOrder(-4)]
    public string SourceService { get; }

    /// <summary>Identity of the event: random for an event that starts a correlation, derived from its cause otherwise.</summary>
    [JsonRequired, JsonPropertyOrder(-7)]
    public Guid EventId { get; init; }

    /// <summary>When it happened, UTC, to the second, written as <c>yyyy-MM-ddTHH:mm:ss</c>.</summary>
    [JsonRequired, JsonPropertyOrder(-5), JsonConverter(typeof(SecondsTimestampConverter))]
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>When it happened, UTC, with milliseconds; absent in events of foreign publishers.</summary>
    [JsonPropertyOrder(-3), JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The event that started the correlation; absent means this one.</summary>
    [JsonPropertyOrder(-2)]
    public Guid? CorrelationId { get; init; }

    /// <summary>The event that caused this one; absent when it starts a correlation.</summary>
    [JsonPropertyOrder(-1)]
    public Guid? CausationId { get; init; }
}

/// <summary>Base of every event that is about an order.</summary>
public abstract record OrderEvent : BaseEvent
{
    /// <inheritdoc />
    protected OrderEvent(string eventType, string sourceService)
        : base(eventType, sourceService)
    {
    }

    /// <summary>Number of the order.</summary>
    public abstract long OrderId { get; init; }
}
