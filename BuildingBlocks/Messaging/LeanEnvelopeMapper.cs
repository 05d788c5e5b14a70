using System.Text;
using RabbitMQ.Client;
using Wolverine;
using Wolverine.RabbitMQ.Internal;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// Reads from a message only what this system writes. Wolverine's own mapper obeys headers such as <c>reply-uri</c> and
/// <c>ack-requested</c>, with which a foreign publisher could make it create queues and send to them.
/// </summary>
/// <param name="eventName">Type that messages of this system have in the queue; what others publish is kept as it came.</param>
internal sealed class LeanEnvelopeMapper(string? eventName = null) : IRabbitMqEnvelopeMapper
{
    public void MapIncomingToEnvelope(Envelope envelope, IReadOnlyBasicProperties incoming)
    {
        // The id is for log lines only; identity is the eventId in the body, and the business key.
        envelope.Id = Guid.TryParse(incoming.MessageId, out var id) && id != Guid.Empty ? id : Guid.CreateVersion7();
        envelope.ContentType = "application/json";
        if (incoming.Headers?.TryGetValue("traceparent", out var trace) is true && trace is byte[] { Length: <= 64 } bytes)
            envelope.ParentId = Encoding.ASCII.GetString(bytes);
        if (!IsOwn(envelope, incoming)) OriginalProperties.Keep(envelope, incoming);
    }

    // Only a copy comes this way that Wolverine makes of a message when its listener has stopped. The message itself goes back with the channel, so that
    // there would be two of it.
    public void MapEnvelopeToOutgoing(Envelope envelope, IBasicProperties outgoing)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        throw new OperationCanceledException($"No copy is made of message {envelope.Id}: it goes back to its queue with the channel of its listener.");
    }

    private bool IsOwn(Envelope envelope, IReadOnlyBasicProperties incoming) =>
        eventName is not null && incoming.Type == eventName && incoming.ContentType == envelope.ContentType
        && incoming.MessageId == envelope.Id.ToString() && (incoming.Headers?.Keys.All(IsOwn) ?? true);

    private static bool IsOwn(string header) => header == "traceparent" || FailureHeaders.IsOfTheBroker(header);
}
