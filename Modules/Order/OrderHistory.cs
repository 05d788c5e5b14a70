using Fulfillment.Contracts;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Order;

/// <summary>An event of an order, as this module received it. The entries are ordered by their numbers.</summary>
public sealed class OrderHistoryEntry
{
    public long OrderId { get; init; }

    public Guid EventId { get; init; }

    /// <summary>Position, ascending within an order; the clocks of several machines do not give this order.</summary>
    public long Id { get; init; }

    public required string EventType { get; init; }

    /// <summary>Service that published the event.</summary>
    public required string Source { get; init; }

    /// <summary>Summary of the event, for people.</summary>
    public string? Summary { get; init; }

    /// <summary>Time of the event at that service.</summary>
    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>Time at which this module recorded it.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>Status of the order after the event.</summary>
    public OrderStatus Status { get; init; }

    public const int MaxSummary = 300;

    public static OrderHistoryEntry Of(OrderEvent message, string? summary, OrderStatus status, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new OrderHistoryEntry
        {
            OrderId = message.OrderId, EventId = message.EventId, EventType = message.EventType, Source = message.SourceService,
            Summary = summary is { Length: > MaxSummary } ? summary[..MaxSummary] : summary,
            OccurredAt = message.OccurredAt ?? message.Timestamp, RecordedAt = now, Status = status,
        };
    }
}

/// <summary>Records history entries in the transaction of the change that they describe.</summary>
internal static class HistorySql
{
    private const string Insert = """
        INSERT INTO order_history (order_id, event_id, event_type, source, summary, occurred_at, recorded_at, status)
        SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
            $8::order_status[])
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Adds entries to a batch, in their order. An event that was recorded before stays unchanged.</summary>
    public static NpgsqlBatch AddHistory(this NpgsqlBatch batch, IReadOnlyList<OrderHistoryEntry> entries) => batch.Add(
        Insert,
        entries.Select(entry => entry.OrderId).ToArray(),
        entries.Select(entry => entry.EventId).ToArray(),
        entries.Select(entry => entry.EventType).ToArray(),
        entries.Select(entry => entry.Source).ToArray(),
        entries.Select(entry => entry.Summary).ToArray(),
        entries.Select(entry => entry.OccurredAt.ToUniversalTime()).ToArray(),
        entries.Select(entry => entry.RecordedAt).ToArray(),
        entries.Select(entry => entry.Status).ToArray());
}
