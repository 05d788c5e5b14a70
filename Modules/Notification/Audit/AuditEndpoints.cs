using Carter;
using Fulfillment.Operations.Reconciliation;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Fulfillment.Notification.Audit;

/// <summary>The notifications of an order, for the auditor.</summary>
public sealed record NotificationEntry(long OrderId, IReadOnlyList<NotifiedEvent> Events) : IReconciliationEntry;

/// <summary>An event of which a customer was notified.</summary>
public sealed record NotifiedEvent(Guid EventId, IReadOnlyList<NotificationChannel> Channels);

public sealed class AuditEndpoints : ICarterModule
{
    private static readonly ReconciliationQuery<NotificationEntry> ReconciliationFeed = new(
        """
        SELECT order_id, array_agg(event_id ORDER BY id), array_agg(channel ORDER BY id)
        FROM notification_logs WHERE order_id > $1 GROUP BY order_id ORDER BY order_id LIMIT $2
        """,
        row => new NotificationEntry(row.GetInt64(0), ByEvent(row)));

    public void AddRoutes(IEndpointRouteBuilder app) =>
        app.MapReconciliationFeed<NotificationDbContext, NotificationEntry>("/api/notifications", "Notifications", ReconciliationFeed);

    private static NotifiedEvent[] ByEvent(NpgsqlDataReader row) =>
    [
        .. row.GetFieldValue<Guid[]>(1).Zip(row.GetFieldValue<NotificationChannel[]>(2))
            .GroupBy(sent => sent.First, sent => sent.Second)
            .Select(sent => new NotifiedEvent(sent.Key, [.. sent])),
    ];
}
