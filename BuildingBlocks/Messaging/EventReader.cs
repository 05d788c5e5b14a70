using System.Text.Json;
using Fulfillment.Contracts;
using Fulfillment.Core;

namespace Fulfillment.Messaging;

/// <summary>A message whose body does not match the contract of its queue. The inner exception holds the reason.</summary>
public sealed class UnreadableMessageException : Exception
{
    /// <summary>Wraps the failure to read the body.</summary>
    public UnreadableMessageException(Exception inner) : base(inner?.Message, inner)
    {
    }
}

/// <summary>Reads the bodies of messages.</summary>
internal static class EventReader
{
    /// <summary>Reads an event as its contract says.</summary>
    /// <param name="eventType">Contract that the queue carries.</param>
    /// <param name="body">UTF-8 JSON.</param>
    /// <exception cref="UnreadableMessageException">The body is not an event of that type.</exception>
    /// <exception cref="InvalidMessageException">The body is null, or the event has no id.</exception>
    public static BaseEvent Read(Type eventType, ReadOnlySpan<byte> body)
    {
        var message = Deserialize(eventType, body) ?? throw new InvalidMessageException("The body is null.");
        // The ids of all following events are derived from this one, so two events must not share it.
        return message.EventId != Guid.Empty ? message : throw new InvalidMessageException("The eventId is all zeros.");
    }

    private static BaseEvent? Deserialize(Type eventType, ReadOnlySpan<byte> body)
    {
        try
        {
            return (BaseEvent?)JsonSerializer.Deserialize(body, eventType, ContractsJson.Default.Options);
        }
#pragma warning disable CA1031 // Any failure is the reason why the message becomes a dead letter.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new UnreadableMessageException(e);
        }
    }
}
