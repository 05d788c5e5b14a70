using System.Text;
using RabbitMQ.Client;
using Wolverine;
using Wolverine.RabbitMQ.Internal;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// Reads from a message only what this system writes. Wolverine's own mapper obeys headers such as <c>reply-uri</c> and
/// <c>ack-requested</c>, with which a foreign publisher could make it create queues and send to them.
/// </summary>
internal sealed class LeanEnvelopeMapper : IRabbitMqEnvelopeMapper
{
    public void MapIncomingToEnvelope(Envelope envelope, IReadOnlyBasicProperties incoming)
    {
        // The id is for log lines only; identity is the eventId in the body, and the business key.
        envelope.Id = Guid.TryParse(incoming.MessageId, out var id) && id != Guid.Empty ? id : Guid.CreateVersion7();
        envelope.ContentType = "application/json";
        if (incoming.Headers?.TryGetValue("traceparent", out var trace) is true && trace is byte[] { Length: <= 64 } bytes)
            envelope.ParentId = Encoding.ASCII.GetString(bytes);
    }

    public void MapEnvelopeToOutgoing(Envelope envelope, IBasicProperties outgoing) =>
        // Only a defensive copy that Wolverine itself makes of a message comes this way; it must be as durable as the original.
        outgoing.Persistent = true;
}
