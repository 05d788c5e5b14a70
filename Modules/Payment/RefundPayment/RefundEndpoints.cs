using Carter;
using FluentValidation;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Payment.RefundPayment;

/// <summary>Body of <c>POST /api/payments/{paymentId}/refunds</c>.</summary>
/// <example>{ "reason": "Scratched", "amount": 9.99 }</example>
/// <param name="Reason">Reason, for people.</param>
/// <param name="Amount">Amount; the rest of the payment when absent.</param>
public sealed record RefundRequest(string Reason, decimal? Amount = null);

internal sealed class RefundValidator : AbstractValidator<RefundRequest>
{
    public RefundValidator()
    {
        RuleFor(request => request.Reason).Text(200);
        RuleFor(request => request.Amount).Must(amount => amount is null or > 0 && decimal.Round(amount ?? 0, 2) == (amount ?? 0))
            .WithMessage("must be more than 0, with at most two decimals");
    }
}

/// <summary>Status of a refund.</summary>
public enum RefundStatus
{
    Pending,

    Completed,
}

/// <summary>A refund as the API shows it.</summary>
/// <example>
/// { "refundId": 1, "paymentId": 1, "amount": 9.99, "status": "PENDING", "reasonCode": "MANUAL", "reason": "Scratched",
///   "transactionId": null, "attempts": 0, "lastError": null, "nextAttemptAt": "2026-01-15T09:30:00.160Z",
///   "createdAt": "2026-01-15T09:30:00.160Z", "completedAt": null }
/// </example>
/// <param name="Attempts">Number of requests to the gateway.</param>
/// <param name="LastError">Error of the last attempt; null when there was none, or the refund is completed.</param>
/// <param name="NextAttemptAt">Time of the next request to the gateway; null when the refund is completed.</param>
public sealed record RefundView(
    long RefundId, long PaymentId, decimal Amount, RefundStatus Status, string ReasonCode, string? Reason, string? TransactionId,
    int Attempts, string? LastError, DateTimeOffset? NextAttemptAt, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt)
{
    public static RefundView From(Refund r)
    {
        ArgumentNullException.ThrowIfNull(r);
        return new RefundView(
            r.Id, r.PaymentId, r.Amount, r.CompletedAt is null ? RefundStatus.Pending : RefundStatus.Completed, r.ReasonCode, r.Reason,
            r.TransactionId, r.Attempts, r.LastError, r.CompletedAt is null ? r.NextAttemptAt : null, r.CreatedAt, r.CompletedAt);
    }
}

public sealed class RefundEndpoints : ICarterModule
{
    private static readonly RefundValidator Validator = new();

    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/payments/{paymentId:long}/refunds", RefundAsync).WithTags("Payments")
            .WithSummary("Refund a payment")
            .WithDescription("As a whole when no amount is given. It is stored first and carried out soon; the customer is notified.")
            .Produces<RefundView>(StatusCodes.Status201Created).ProducesErrors(409, "NOT_REFUNDABLE").WithIdempotencyKey();
        app.MapGet("/api/payments/{paymentId:long}/refunds", ListAsync).WithTags("Payments")
            .WithSummary("List the refunds of a payment").WithDescription("Newest first.").Produces<RefundView[]>();
        app.MapGet("/api/payments/{paymentId:long}/refunds/{refundId:long}", GetAsync).WithTags("Payments")
            .WithSummary("Show a refund").Produces<RefundView>();
    }

    private static async Task<IResult> RefundAsync(
        long paymentId, RefundRequest request, HttpContext http, PaymentDbContext db, RefundWorker worker, TimeProvider time,
        CancellationToken ct)
    {
        if (Validator.Check(request) is { } invalid) return invalid;
        var (key, mistake) = IdempotencyKeys.Read(http, $"POST /api/payments/{paymentId}/refunds", request);
        if (mistake is not null) return mistake;
        var now = time.GetUtcNow();

        await using var transaction = await IdempotentTransaction.BeginAsync(db, key, ct);
        if (transaction.Known is { } known) return known;
        // The statement that checks the rest also counts the refund, before it is carried out: two refunds cannot take the same money.
        var counted = await db.Payments
            .Where(payment => payment.Id == paymentId && payment.Status == PaymentStatus.Completed
                && payment.RefundedAmount < payment.Amount
                && (request.Amount == null || payment.RefundedAmount + request.Amount <= payment.Amount))
            .ExecuteUpdateAsync(set => set
                .SetProperty(
                    payment => payment.RefundedAmount,
                    payment => request.Amount == null ? payment.Amount : payment.RefundedAmount + request.Amount.Value)
                .SetProperty(payment => payment.UpdatedAt, now), ct);
        var stored = await db.Payments.AsNoTracking().FirstOrDefaultAsync(payment => payment.Id == paymentId, ct);
        if (stored is null) return Problems.NotFound($"There is no payment {paymentId}.");
        if (counted == 0)
            return Problems.Conflict(
                "NOT_REFUNDABLE",
                FormattableString.Invariant(
                    $"Payment {paymentId} is {stored.Status.ToString().ToUpperInvariant()} and has {Left(stored):0.00} left to refund."));

        // The rest before this refund is the part that the other refunds have not taken.
        var others = await db.Refunds.Where(refund => refund.PaymentId == paymentId).SumAsync(refund => refund.Amount, ct);
        var refund = new Refund
        {
            PaymentId = paymentId, Amount = stored.RefundedAmount - others, ReasonCode = Refund.Manual, Reason = request.Reason,
            EventId = Guid.CreateVersion7(), NextAttemptAt = now, CreatedAt = now,
        };
        db.Refunds.Add(refund);
        await db.SaveChangesAsync(ct);
        var answer = await transaction.CommitAsync(RefundView.From(refund), $"/api/payments/{paymentId}/refunds/{refund.Id}", ct);
        worker.Wake();
        return answer;
    }

    private static async Task<IResult> ListAsync(long paymentId, PaymentDbContext db, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        if (query.Invalid is { } invalid) return invalid;
        if (!await db.Payments.AnyAsync(payment => payment.Id == paymentId, ct))
            return Problems.NotFound($"There is no payment {paymentId}.");

        var rows = await db.Refunds.AsNoTracking().Where(refund => refund.PaymentId == paymentId && refund.Id < before)
            .OrderByDescending(refund => refund.Id).Take(query.Limit + 1).ToListAsync(ct);
        return query.Answer([.. rows.Select(RefundView.From)], refund => refund.RefundId);
    }

    private static async Task<IResult> GetAsync(long paymentId, long refundId, PaymentDbContext db, CancellationToken ct)
    {
        var refund = await db.Refunds.AsNoTracking().FirstOrDefaultAsync(r => r.Id == refundId && r.PaymentId == paymentId, ct);
        return refund is null
            ? Problems.NotFound($"There is no refund {refundId} of payment {paymentId}.")
            : TypedResults.Ok(RefundView.From(refund));
    }

    private static decimal Left(Payment payment) => payment.Status == PaymentStatus.Completed ? payment.Amount - payment.RefundedAmount : 0;
}
