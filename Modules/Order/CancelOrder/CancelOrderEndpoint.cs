using Carter;
using FluentValidation;
using Fulfillment.Contracts;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Order.CancelOrder;

/// <summary>Body of <c>POST /api/orders/{orderId}/cancel</c>, which may be absent.</summary>
/// <example>{ "reason": "Changed my mind" }</example>
public sealed record CancelOrderRequest(string? Reason = null);

internal sealed class CancelOrderValidator : AbstractValidator<CancelOrderRequest>
{
    public CancelOrderValidator() => RuleFor(request => request.Reason!).Text(200).When(request => request.Reason is not null);
}

public sealed class CancelOrderEndpoint : ICarterModule
{
    private const string ReasonCode = "CUSTOMER_REQUESTED";
    private static readonly CancelOrderValidator Validator = new();

    public void AddRoutes(IEndpointRouteBuilder app) => app.MapPost("/api/orders/{orderId:long}/cancel", CancelAsync).WithTags("Orders")
        .WithSummary("Cancel an order")
        .WithDescription("Until it has ended. What was held or charged for it is given back. Repeating it changes nothing.")
        .Produces<OrderView>().ProducesErrors(409, "ORDER_ENDED");

    private static async Task<IResult> CancelAsync(
        long orderId, CancelOrderRequest? request, OrderDbContext db, OutboxRelay<OrderDbContext> relay, OrderMetrics metrics,
        TimeProvider time, CancellationToken ct)
    {
        if (Validator.Check(request ?? new CancelOrderRequest()) is { } invalid) return invalid;
        var now = time.GetUtcNow();

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The row decides between this cancellation and the event that completes the order: the first transaction wins.
        var cancelled = await db.Orders.Where(order => order.OrderId == orderId && order.Status < OrderStatus.Completed)
            .ExecuteUpdateAsync(set => set
                .SetProperty(order => order.Status, OrderStatus.Cancelled)
                .SetProperty(order => order.StatusReason, ReasonCode)
                .SetProperty(order => order.UpdatedAt, now), ct);
        var stored = await db.Orders.AsNoTracking().Include(order => order.Items)
            .FirstOrDefaultAsync(order => order.OrderId == orderId, ct);
        if (stored is null) return Problems.NotFound($"There is no order {orderId}.");
        if (cancelled == 0 && stored.Status != OrderStatus.Cancelled)
            return Problems.Conflict(
                "ORDER_ENDED",
                $"Order {orderId} has ended: it is {stored.Status.ToString().ToUpperInvariant()} and can no longer be cancelled.");

        if (cancelled > 0)
        {
            var reason = request?.Reason ?? "The customer cancelled the order";
            var announced = new OrderCancelledEvent(orderId, stored.CustomerId, reason, ReasonCode)
                .WithNewCorrelation(Guid.CreateVersion7(), now, await db.CorrelationOfAsync(orderId, ct));
            db.Outbox.Add(OutboxMessage.From(OutgoingMessage.From(announced), now));
            db.History.Add(OrderHistoryEntry.Of(announced, reason, OrderStatus.Cancelled, now));
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(CancellationToken.None);
        if (cancelled > 0) metrics.Reached(OrderStatus.Cancelled, now - stored.CreatedAt);
        relay.Wake();
        return TypedResults.Ok(OrderView.From(stored));
    }
}
