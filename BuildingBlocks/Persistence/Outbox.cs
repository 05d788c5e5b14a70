using System.Text;
using Fulfillment.BuildingBlocks.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>
/// An event that was stored in the same transaction as its cause and is not published yet. The table holds only what is pending.
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

    /// <summary>Maps the table <c>outbox_messages</c>.</summary>
    public static void Configure(ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var outbox = model.Entity<OutboxMessage>().ToTable("outbox_messages");
        outbox.HasKey(message => message.EventId);
        // Not jsonb: the body must leave exactly as it was written.
        outbox.Property(message => message.Body).HasColumnType("text");
        outbox.Property(message => message.CreatedAt).HasDefaultValueSql("now()");
    }
}

/// <summary>The columns of pending events, for a set-based insert with <c>unnest</c>.</summary>
public sealed record OutboxColumns(Guid[] EventIds, string[] EventTypes, string[] Exchanges, string[] RoutingKeys, string[] Bodies, string?[] TraceParents)
{
    /// <summary>Statement that stores these columns; parameters <c>$1</c> to <c>$6</c>.</summary>
    public const string Insert = """
        INSERT INTO outbox_messages (event_id, event_type, exchange, routing_key, body, trace_parent)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Splits messages into columns.</summary>
    public static OutboxColumns From(IReadOnlyList<OutgoingMessage> messages) => new(
        [.. messages.Select(m => m.EventId)],
        [.. messages.Select(m => m.EventType)],
        [.. messages.Select(m => m.Route.Exchange)],
        [.. messages.Select(m => m.Route.RoutingKey)],
        [.. messages.Select(m => Encoding.UTF8.GetString(m.Body.Span))],
        [.. messages.Select(m => m.TraceParent)]);
}
