using Carter;
using FluentValidation;
using Fulfillment.Core;
using Fulfillment.Persistence;
using Fulfillment.Persistence.Idempotency;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Order.PlaceOrder;

/// <summary>Body of <c>POST /api/orders</c>.</summary>
/// <example>
/// { "customerId": "CUST-001", "items": [{ "productId": "PROD-002", "productName": "Mouse", "quantity": 1, "price": 29.99 }] }
/// </example>
public sealed record PlaceOrderRequest(string CustomerId, IReadOnlyList<PlaceOrderLine> Items);

/// <summary>One line of an order.</summary>
public sealed record PlaceOrderLine(string ProductId, string ProductName, int Quantity, decimal Price);

internal sealed class PlaceOrderValidator : AbstractValidator<PlaceOrderRequest>
{
    public const int MaxItems = 100;

    public PlaceOrderValidator()
    {
        RuleFor(order => order.CustomerId).Id();
        RuleFor(order => order.Items).Must(items => items.Count is >= 1 and <= MaxItems).WithMessage($"must have 1 to {MaxItems} entries");
        // The items are validated only in a list of an allowed length. The sender of a longer list would decide the size of the response.
        RuleForEach(order => order.Items).NotNull().WithMessage("must not be null").SetValidator(new LineValidator())
            .When(order => order.Items.Count <= MaxItems);
    }

    private sealed class LineValidator : AbstractValidator<PlaceOrderLine>
    {
        public LineValidator()
        {
            RuleFor(line => line.ProductId).Id();
            RuleFor(line => line.ProductName).Text(200);
            RuleFor(line => line.Quantity).InclusiveBetween(1, 10_000).WithMessage("must be from 1 to 10000");
            RuleFor(line => line.Price).InclusiveBetween(0, 1_000_000).WithMessage("must be from 0 to 1000000");
            RuleFor(line => line.Price).Must(price => decimal.Round(price, 2) == price).WithMessage("must have at most two decimals");
        }
    }
}

public sealed class PlaceOrderEndpoint : ICarterModule
{
    private static readonly PlaceOrderValidator Validator = new();

    public void AddRoutes(IEndpointRouteBuilder app) => app.MapPost("/api/orders", PlaceAsync).WithTags("Orders")
        .WithSummary("Place an order")
        .WithDescription("It is accepted and PENDING; what becomes of it is announced and can be followed.")
        .Produces<OrderView>(StatusCodes.Status201Created).WithIdempotencyKey();

    private static async Task<IResult> PlaceAsync(
        PlaceOrderRequest request, HttpContext http, GroupCommit<NewOrder, PlacedOrder> orders,
        OutboxRelay<OrderDbContext> relay, OrderMetrics metrics, CancellationToken ct)
    {
        if (Validator.Check(request) is { } invalid) return invalid;
        var (key, mistake) = IdempotencyKeys.Read(http, "POST /api/orders", request);
        if (mistake is not null) return mistake;
        var order = new NewOrder(request, key);
        MessageLogContext.Enter("Order", 0, order.EventId, order.EventId);
        var placed = await orders.ExecuteAsync(order, ct);
        Failpoint.Hit("order-edge-after-commit");
        Failpoint.HitWhenAnswered(http.Response, "order-edge-after-answer");
        relay.Wake();
        if (placed.KeyResult is null or { Outcome: IdempotencyOutcome.Done }) metrics.Reached(OrderStatus.Pending, TimeSpan.Zero);
        return placed.KeyResult is { } result
            ? IdempotencyKeys.Answer(result)
            : TypedResults.Created(OrderView.AddressOf(placed.View!.OrderId), placed.View);
    }
}
