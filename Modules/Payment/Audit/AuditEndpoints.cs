using Carter;
using Fulfillment.Operations.Reconciliation;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Payment.Audit;

/// <summary>Charged and refunded money of an order, for the auditor.</summary>
/// <param name="ManualRefund">The part of the refunded amount that was refunded by hand.</param>
public sealed record PaymentEntry(
    long OrderId, PaymentStatus Status, decimal Amount, decimal RefundedAmount, string? CancelReason, decimal ManualRefund)
    : IReconciliationEntry;

public sealed class AuditEndpoints : ICarterModule
{
    private static readonly ReconciliationQuery<PaymentEntry> ReconciliationFeed = new(
        """
        SELECT order_id, status, amount, refunded_amount, cancel_reason,
            (SELECT coalesce(sum(amount), 0) FROM refunds WHERE payment_id = payments.id AND reason_code = 'MANUAL')
        FROM payments WHERE order_id > $1 ORDER BY order_id LIMIT $2
        """,
        row => new PaymentEntry(
            row.GetInt64(0), row.GetFieldValue<PaymentStatus>(1), row.GetDecimal(2), row.GetDecimal(3),
            row.IsDBNull(4) ? null : row.GetString(4), row.GetDecimal(5)));

    public void AddRoutes(IEndpointRouteBuilder app) =>
        app.MapReconciliationFeed<PaymentDbContext, PaymentEntry>("/api/payments", "Payments", ReconciliationFeed);
}
