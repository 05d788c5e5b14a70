using System.Text;
using RabbitMQ.Client;
using Wolverine;
using Wolverine.RabbitMQ.Internal;

namespace Fulfillment.Messaging.Wolverine;

/// <summary>
/// Reads from a message only the fields that this system writes. Wolverine's own mapper obeys headers such as <c>reply-uri</c>
/// and <c>ack-requested</c>. With these a foreign publisher could make it create queues and send to them.
/// </summary>
internal sealed class DeliveryMapper : IRabbitMqEnvelopeMapper
{
    public void MapIncomingToEnvelope(Envelope envelope, IReadOnlyBasicProperties incoming)
    {
        // The id is for log lines only; identity is the eventId in the body, and the business key.
        envelope.Id = Guid.TryParse(incoming.MessageId, out var id) && id != Guid.Empty ? id : Guid.CreateVersion7();
        envelope.ContentType = "application/json";
        if (incoming.Headers?.TryGetValue("traceparent", out var trace) is true && trace is byte[] { Length: <= 64 } bytes)
            envelope.ParentId = Encoding.ASCII.GetString(bytes);
        // The message is set here, so the body is read in the handler, whose failures have rules.
        envelope.Message = new Delivery(incoming);
    }

    // Wolverine copies a message when its listener has stopped. The message itself goes back with the channel, so there would be two.
    public void MapEnvelopeToOutgoing(Envelope envelope, IBasicProperties outgoing)
    {
        throw new OperationCanceledException(
            $"No copy is made of message {envelope.Id}: it goes back to its queue with the channel of its listener.");
    }
}

/// <summary>Reads from an envelope.</summary>
internal static class EnvelopeExtensions
{
    /// <summary>Name of the queue that the message came from.</summary>
    public static string? QueueName(this Envelope envelope) => envelope.Destination?.Segments[^1];
}
