using Carter;
using Fulfillment.Operations.Invariants;
using Fulfillment.Operations.Reconciliation;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Fulfillment.Notification.Audit;

/// <summary>What a customer was told of an order, for the auditor.</summary>
public sealed record NotificationEntry(long OrderId, IReadOnlyList<ToldEvent> Events) : ILedgerEntry;

/// <summary>An event that a customer was told of.</summary>
public sealed record ToldEvent(Guid EventId, IReadOnlyList<NotificationChannel> Channels);

public sealed class AuditEndpoints : ICarterModule
{
    private static readonly LedgerQuery<NotificationEntry> Ledger = new(
        """
        SELECT order_id, array_agg(event_id ORDER BY id), array_agg(channel ORDER BY id)
        FROM notification_logs WHERE order_id > $1 GROUP BY order_id ORDER BY order_id LIMIT $2
        """,
        row => new NotificationEntry(row.GetInt64(0), ByEvent(row)));

    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapInvariants<NotificationDbContext>("/api/notifications", "Notifications");
        app.MapLedger<NotificationDbContext, NotificationEntry>("/api/notifications", "Notifications", Ledger);
    }

    private static ToldEvent[] ByEvent(NpgsqlDataReader row) =>
    [
        .. row.GetFieldValue<Guid[]>(1).Zip(row.GetFieldValue<short[]>(2))
            .GroupBy(told => told.First, told => (NotificationChannel)told.Second)
            .Select(told => new ToldEvent(told.Key, [.. told])),
    ];
}
