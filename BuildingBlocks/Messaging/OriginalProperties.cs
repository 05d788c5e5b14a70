using System.Runtime.CompilerServices;
using RabbitMQ.Client;
using Wolverine;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>
/// The properties of messages that were not published by this system, kept while they are handled. Those of our own messages follow from
/// the envelope, so nothing is kept for them.
/// </summary>
internal static class OriginalProperties
{
    private static readonly ConditionalWeakTable<Envelope, IReadOnlyBasicProperties> Kept = [];

    public static void Keep(Envelope envelope, IReadOnlyBasicProperties incoming) => Kept.AddOrUpdate(envelope, incoming);

    public static IReadOnlyBasicProperties Of(Envelope envelope, string? eventName)
    {
        if (Kept.TryGetValue(envelope, out var kept)) return kept;
        var own = new BasicProperties { MessageId = envelope.Id.ToString(), Type = eventName, ContentType = "application/json" };
        if (envelope.ParentId is { } trace) own.Headers = new Dictionary<string, object?> { ["traceparent"] = System.Text.Encoding.ASCII.GetBytes(trace) };
        return own;
    }
}
