using Carter;
using Fulfillment.Operations.Reconciliation;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Inventory.Audit;

/// <summary>State of an order's stock, for the auditor.</summary>
public sealed record ReservationEntry(long OrderId, ReservationStatus Status, string? ReasonCode) : IReconciliationEntry;

public sealed class AuditEndpoints : ICarterModule
{
    private static readonly ReconciliationQuery<ReservationEntry> ReconciliationFeed = new(
        "SELECT order_id, status, reason_code FROM reservations WHERE order_id > $1 ORDER BY order_id LIMIT $2",
        row => new ReservationEntry(row.GetInt64(0), row.GetFieldValue<ReservationStatus>(1), row.IsDBNull(2) ? null : row.GetString(2)));

    public void AddRoutes(IEndpointRouteBuilder app) =>
        app.MapReconciliationFeed<InventoryDbContext, ReservationEntry>("/api/inventory", "Inventory", ReconciliationFeed);
}
