using Carter;
using Fulfillment.Operations.Reconciliation;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Order.Audit;

/// <summary>An order, for the auditor.</summary>
public sealed record OrderEntry(long OrderId, string CustomerId, OrderStatus Status, string? StatusReason, decimal TotalAmount)
    : IReconciliationEntry;

public sealed class AuditEndpoints : ICarterModule
{
    private static readonly ReconciliationQuery<OrderEntry> ReconciliationFeed = new(
        """
        SELECT order_id, customer_id, status, status_reason, total_amount FROM orders WHERE order_id > $1 ORDER BY order_id LIMIT $2
        """,
        row => new OrderEntry(
            row.GetInt64(0), row.GetString(1), row.GetFieldValue<OrderStatus>(2), row.IsDBNull(3) ? null : row.GetString(3),
            row.GetDecimal(4)));

    public void AddRoutes(IEndpointRouteBuilder app) =>
        app.MapReconciliationFeed<OrderDbContext, OrderEntry>("/api/orders", "Orders", ReconciliationFeed);
}
