using System.Text.Json.Serialization;

namespace Fulfillment.Contracts;

/// <summary>What every event carries. Bodies are plain JSON; no message header is needed to read one.</summary>
public abstract record BaseEvent
{
    /// <summary>Sets the two names that belong to the type of an event; what a message claims them to be is not read.</summary>
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

    /// <summary>Identity of the event: random for an event that starts a flow, derived from its cause otherwise.</summary>
    [JsonRequired, JsonPropertyOrder(-7)]
    public Guid EventId { get; init; }

    /// <summary>When it happened, UTC, to the second, written as <c>yyyy-MM-ddTHH:mm:ss</c>.</summary>
    [JsonRequired, JsonPropertyOrder(-5), JsonConverter(typeof(SecondsTimestampConverter))]
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>When it happened, UTC, with milliseconds; absent in events of foreign publishers.</summary>
    [JsonPropertyOrder(-3), JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The event that started the flow; absent means this one.</summary>
    [JsonPropertyOrder(-2)]
    public Guid? CorrelationId { get; init; }

    /// <summary>The event that caused this one; absent when it starts a flow.</summary>
    [JsonPropertyOrder(-1)]
    public Guid? CausationId { get; init; }

    /// <summary>The order that the event is about. Not a field of the message; each override has to say so again.</summary>
    [JsonIgnore]
    public abstract long AboutOrder { get; }
}
