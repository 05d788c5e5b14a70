using Carter;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Payment.ListPayments;

/// <summary>A payment as the API shows it.</summary>
/// <example>
/// { "paymentId": 1, "orderId": 1, "customerId": "CUST-001", "amount": 29.99, "status": "COMPLETED", "paymentMethod": "CREDIT_CARD",
///   "transactionId": "TXN-9F2C41D7", "reason": null, "errorCode": null, "refundedAmount": 0, "cancelReason": null,
///   "createdAt": "2026-01-15T09:30:00.160Z", "updatedAt": "2026-01-15T09:30:00.160Z" }
/// </example>
public sealed record PaymentView(
    long PaymentId, long OrderId, string CustomerId, decimal Amount, PaymentStatus Status, string PaymentMethod, string? TransactionId,
    string? Reason, string? ErrorCode, decimal RefundedAmount, string? CancelReason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static PaymentView From(Payment p)
    {
        ArgumentNullException.ThrowIfNull(p);
        return new PaymentView(
            p.Id, p.OrderId, p.CustomerId, p.Amount, p.Status, p.PaymentMethod, p.TransactionId, p.Reason, p.ErrorCode, p.RefundedAmount,
            p.CancelReason, p.CreatedAt, p.UpdatedAt);
    }
}

/// <summary>An exchange with the gateway as the API shows it.</summary>
/// <example>
/// { "id": 1, "transactionId": "TXN-9F2C41D7", "type": "CHARGE", "status": "COMPLETED", "amount": 29.99, "message": "Approved",
///   "createdAt": "2026-01-15T09:30:00.160Z" }
/// </example>
public sealed record TransactionView(
    long Id, string TransactionId, string Type, PaymentStatus Status, decimal Amount, string Message, DateTimeOffset CreatedAt);

public sealed class PaymentEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/payments", ListAsync).WithTags("Payments")
            .WithSummary("List payments").WithDescription("Newest first.").Produces<PaymentView[]>()
            .WithQuery("orderId", "Of one order.").WithQuery("status", "PENDING, COMPLETED, FAILED, VOIDED or REFUNDED.");
        app.MapGet("/api/payments/{paymentId:long}", GetAsync).WithTags("Payments")
            .WithSummary("Show a payment").WithDescription("With an ETag; If-None-Match is answered with 304.").Produces<PaymentView>();
        app.MapGet("/api/payments/{paymentId:long}/transactions", ListTransactionsAsync).WithTags("Payments")
            .WithSummary("List what was exchanged with the gateway").WithDescription("Newest first.").Produces<TransactionView[]>();
    }

    private static async Task<IResult> ListAsync(PaymentDbContext db, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        var order = query.Number("orderId");
        var status = query.Enum<PaymentStatus>("status");
        if (query.Invalid is { } invalid) return invalid;

        var payments = db.Payments.AsNoTracking().Where(payment => payment.Id < before);
        if (order is { } id) payments = payments.Where(payment => payment.OrderId == id);
        if (status is { } wanted) payments = payments.Where(payment => payment.Status == wanted);
        var rows = await payments.OrderByDescending(payment => payment.Id).Take(query.Limit + 1).ToListAsync(ct);
        return query.Answer([.. rows.Select(PaymentView.From)], payment => payment.PaymentId);
    }

    private static async Task<IResult> GetAsync(long paymentId, PaymentDbContext db, HttpContext http, CancellationToken ct)
    {
        var payment = await db.Payments.AsNoTracking().FirstOrDefaultAsync(p => p.Id == paymentId, ct);
        return payment is null
            ? Problems.NotFound($"There is no payment {paymentId}.")
            : ETags.Answer(http, PaymentView.From(payment), payment.UpdatedAt);
    }

    private static async Task<IResult> ListTransactionsAsync(long paymentId, PaymentDbContext db, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        if (query.Invalid is { } invalid) return invalid;
        if (!await db.Payments.AnyAsync(payment => payment.Id == paymentId, ct))
            return Problems.NotFound($"There is no payment {paymentId}.");

        var rows = await db.Transactions.AsNoTracking()
            .Where(transaction => transaction.PaymentId == paymentId && transaction.Id < before)
            .OrderByDescending(transaction => transaction.Id).Take(query.Limit + 1)
            .Select(t => new TransactionView(t.Id, t.TransactionId, t.Type, t.Status, t.Amount, t.Message, t.CreatedAt))
            .ToListAsync(ct);
        return query.Answer(rows, transaction => transaction.Id);
    }
}
