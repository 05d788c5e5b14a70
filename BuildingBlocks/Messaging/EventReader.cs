using System.Text.Json;
using Fulfillment.Contracts;
using Fulfillment.Core;

namespace Fulfillment.Messaging;

internal static class EventReader
{
    /// <summary>Reads an event as its contract says.</summary>
    /// <exception cref="InvalidMessageException">
    /// The event has no id, or the body is not an event of that type; the inner exception then holds the reason.
    /// </exception>
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
            throw new InvalidMessageException(e.Message, e);
        }
    }
}
