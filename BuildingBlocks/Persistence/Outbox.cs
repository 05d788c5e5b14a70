using System.Text;
using Fulfillment.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>
/// An event that was stored in the same transaction as its cause and is not published yet. The table holds only pending events.
/// </summary>
public sealed class OutboxMessage
{
    /// <summary>Id of the event; version 7, so the table is read in the order of creation.</summary>
    public required Guid EventId { get; init; }

    /// <summary>Type of the event.</summary>
    public required string EventType { get; init; }

    /// <summary>Exchange to publish to.</summary>
    public required string Exchange { get; init; }

    /// <summary>Routing key to publish under.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>JSON body.</summary>
    public required string Body { get; init; }

    /// <summary>W3C trace context of the request.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Time of the transaction.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A message on its way into the table, for a transaction of a DbContext.</summary>
    public static OutboxMessage From(OutgoingMessage message, DateTimeOffset now)
    {
        return new OutboxMessage
        {
            EventId = message.EventId, EventType = message.EventType,
            Exchange = message.Route.Exchange, RoutingKey = message.Route.RoutingKey,
            Body = Encoding.UTF8.GetString(message.Body.Span), TraceParent = message.TraceParent, CreatedAt = now,
        };
    }

    /// <summary>Maps the table <c>outbox_messages</c>.</summary>
    public static void Configure(ModelBuilder model)
    {
        var outbox = model.Entity<OutboxMessage>().ToTable("outbox_messages");
        outbox.HasKey(message => message.EventId);
        // Not jsonb: the body must leave exactly as it was written.
        outbox.Property(message => message.Body).HasColumnType("text");
        outbox.Property(message => message.CreatedAt).HasDefaultValueSql("now()");
    }
}

/// <summary>Stores pending events together with their cause.</summary>
public static class OutboxSql
{
    private const string Insert = """
        INSERT INTO outbox_messages (event_id, event_type, exchange, routing_key, body, trace_parent)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Adds pending events to a batch.</summary>
    public static NpgsqlBatch AddOutbox(this NpgsqlBatch batch, IReadOnlyList<OutgoingMessage> messages)
    {
        return batch.Add(
            Insert,
            messages.Select(m => m.EventId).ToArray(),
            messages.Select(m => m.EventType).ToArray(),
            messages.Select(m => m.Route.Exchange).ToArray(),
            messages.Select(m => m.Route.RoutingKey).ToArray(),
            messages.Select(m => Encoding.UTF8.GetString(m.Body.Span)).ToArray(),
            messages.Select(m => m.TraceParent).ToArray());
    }
}
