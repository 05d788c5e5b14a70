using Carter;
using Fulfillment.Operations.Invariants;
using Fulfillment.Operations.Reconciliation;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Fulfillment.Notification.Audit;

/// <summary>What a customer was told of an order, for the auditor.</summary>
public sealed record NotificationEntry(long OrderId, IReadOnlyList<NotifiedEvent> Events) : IReconciliationEntry;

/// <summary>An event that a customer was told of.</summary>
public sealed record NotifiedEvent(Guid EventId, IReadOnlyList<NotificationChannel> Channels);

public sealed class AuditEndpoints : ICarterModule
{
    private static readonly ReconciliationQuery<NotificationEntry> ReconciliationFeed = new(
        """
        SELECT order_id, array_agg(event_id ORDER BY id), array_agg(channel ORDER BY id)
        FROM notification_logs WHERE order_id > $1 GROUP BY order_id ORDER BY order_id LIMIT $2
        """,
        row => new NotificationEntry(row.GetInt64(0), ByEvent(row)));

    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapInvariants<NotificationDbContext>("/api/notifications", "Notifications");
        app.MapReconciliationFeed<NotificationDbContext, NotificationEntry>("/api/notifications", "Notifications", ReconciliationFeed);
    }

    private static NotifiedEvent[] ByEvent(NpgsqlDataReader row) =>
    [
        .. row.GetFieldValue<Guid[]>(1).Zip(row.GetFieldValue<short[]>(2))
            .GroupBy(told => told.First, told => (NotificationChannel)told.Second)
            .Select(told => new NotifiedEvent(told.Key, [.. told])),
    ];
}
