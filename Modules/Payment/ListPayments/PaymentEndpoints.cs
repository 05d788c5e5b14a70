using Carter;
using Fulfillment.Web;
using Fulfillment.Web.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Payment.ListPayments;

/// <summary>A payment as the API shows it.</summary>
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
public sealed record TransactionView(
    long Id, string TransactionId, string Type, PaymentStatus Status, decimal Amount, string Message, DateTimeOffset CreatedAt);

public sealed class PaymentEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/payments", ListAsync).WithTags("Payments")
            .Does("List payments", "Newest first.").Answers<PaymentView[]>([Examples.Payment]).InPages()
            .Reads("orderId", "Of one order.").Reads("status", "PENDING, COMPLETED, FAILED, VOIDED or REFUNDED.");
        app.MapGet("/api/payments/{paymentId:long}", GetAsync).WithTags("Payments")
            .Does("Show a payment", "With an ETag; If-None-Match is answered with 304.").Answers(Examples.Payment);
        app.MapGet("/api/payments/{paymentId:long}/transactions", ListTransactionsAsync).WithTags("Payments")
            .Does("List what was exchanged with the gateway", "Newest first.").Answers<TransactionView[]>([Examples.Transaction]).InPages();
    }

    private static async Task<IResult> ListAsync(PaymentDbContext db, HttpRequest request, CancellationToken ct)
    {
        var (page, errors) = Page.Read(request, "orderId", "status");
        var before = page.Before(errors);
        var order = Filters.Number(request, "orderId", errors);
        var status = Filters.Enum<PaymentStatus>(request, "status", errors);
        if (errors.Count > 0) return Problems.Invalid(errors);

        var payments = db.Payments.AsNoTracking().Where(payment => payment.Id < before);
        if (order is { } id) payments = payments.Where(payment => payment.OrderId == id);
        if (status is { } wanted) payments = payments.Where(payment => payment.Status == wanted);
        var rows = await payments.OrderByDescending(payment => payment.Id).Take(page.Limit + 1).ToListAsync(ct);
        return page.Answer(request, [.. rows.Select(PaymentView.From)], payment => payment.PaymentId);
    }

    private static async Task<IResult> GetAsync(long paymentId, PaymentDbContext db, HttpContext http, CancellationToken ct)
    {
        var payment = await db.Payments.AsNoTracking().FirstOrDefaultAsync(p => p.Id == paymentId, ct);
        return payment is null
            ? Problems.NotFound($"There is no payment {paymentId}.")
            : ETags.Answer(http, PaymentView.From(payment), payment.UpdatedAt);
    }

    private static async Task<IResult> ListTransactionsAsync(long paymentId, PaymentDbContext db, HttpRequest request, CancellationToken ct)
    {
        var (page, errors) = Page.Read(request);
        var before = page.Before(errors);
        if (errors.Count > 0) return Problems.Invalid(errors);
        if (!await db.Payments.AnyAsync(payment => payment.Id == paymentId, ct))
            return Problems.NotFound($"There is no payment {paymentId}.");

        var rows = await db.Transactions.AsNoTracking()
            .Where(transaction => transaction.PaymentId == paymentId && transaction.Id < before)
            .OrderByDescending(transaction => transaction.Id).Take(page.Limit + 1)
            .Select(t => new TransactionView(t.Id, t.TransactionId, t.Type, t.Status, t.Amount, t.Message, t.CreatedAt))
            .ToListAsync(ct);
        return page.Answer(request, rows, transaction => transaction.Id);
    }
}
