using Carter;
using FluentValidation;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.ManageStock;

/// <summary>Body of <c>POST /api/inventory/items/{productId}/adjustments</c>.</summary>
/// <example>{ "delta": -3, "reason": "Damaged in the warehouse", "expectedAvailable": 49 }</example>
/// <param name="Delta">Pieces to add, or to take when negative.</param>
/// <param name="ExpectedAvailable">Available pieces that the sender expects; another number refuses the request.</param>
public sealed record AdjustStockRequest(int Delta, string Reason, int? ExpectedAvailable = null);

internal sealed class AdjustStockValidator : AbstractValidator<AdjustStockRequest>
{
    public AdjustStockValidator()
    {
        RuleFor(request => request.Delta)
            .Must(delta => delta is >= -SetStockValidator.MaxQuantity and <= SetStockValidator.MaxQuantity and not 0)
            .WithMessage($"must be from -{SetStockValidator.MaxQuantity} to {SetStockValidator.MaxQuantity} and not 0");
        RuleFor(request => request.Reason).Text(200);
        RuleFor(request => request.ExpectedAvailable).GreaterThanOrEqualTo(0).WithMessage("must not be negative");
    }
}

public sealed class AdjustStockEndpoint : ICarterModule
{
    private static readonly AdjustStockValidator Validator = new();

    public void AddRoutes(IEndpointRouteBuilder app) =>
        app.MapPost("/api/inventory/items/{productId}/adjustments", AdjustAsync).WithTags("Inventory")
            .WithSummary("Add or take stock").WithDescription("With expectedAvailable only when as much is available.")
            .Produces<StockView>().ProducesErrors(409, "STOCK_CONFLICT").WithIdempotencyKey();

    private static async Task<IResult> AdjustAsync(
        string productId, AdjustStockRequest request, HttpContext http, InventoryDbContext db, TimeProvider time, CancellationToken ct)
    {
        productId = ProductKey.FromRoute(productId);
        if (Validator.Check(request) is { } invalid) return invalid;
        var (key, mistake) = IdempotencyKeys.Read(http, $"POST /api/inventory/items/{productId}/adjustments", request);
        if (mistake is not null) return mistake;

        await using var transaction = await IdempotentTransaction.BeginAsync(db, key, ct);
        if (transaction.Known is { } known) return known;
        var changed = await db.Items
            .Where(item => item.ProductId == productId
                && item.AvailableQuantity >= -request.Delta && item.AvailableQuantity <= SetStockValidator.MaxQuantity - request.Delta
                && (long)item.ReceivedQuantity + request.Delta <= InventoryItem.MaxReceived
                && (request.ExpectedAvailable == null || item.AvailableQuantity == request.ExpectedAvailable))
            .ExecuteUpdateAsync(set => set
                .SetProperty(item => item.AvailableQuantity, item => item.AvailableQuantity + request.Delta)
                .SetProperty(item => item.ReceivedQuantity, item => item.ReceivedQuantity + request.Delta)
                .SetProperty(item => item.UpdatedAt, time.GetUtcNow()), ct);
        var stock = await db.Items.AsNoTracking().FirstOrDefaultAsync(item => item.ProductId == productId, ct);
        if (stock is null) return Problems.NotFound($"There is no product {productId}.");
        if (changed == 0)
            return Problems.Conflict(
                "STOCK_CONFLICT",
                $"Product {productId} has {stock.AvailableQuantity} available pieces, which does not allow this adjustment.");

        db.Adjustments.Add(
            new StockAdjustment { ProductId = productId, Delta = request.Delta, Reason = request.Reason, CreatedAt = time.GetUtcNow() });
        await db.SaveChangesAsync(ct);
        return await transaction.CommitAsync(StockView.From(stock), location: null, ct);
    }
}
