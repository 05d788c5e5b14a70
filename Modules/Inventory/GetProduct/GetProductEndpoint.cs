using Carter;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.GetProduct;

/// <summary>A product of the catalogue as the API shows it.</summary>
/// <example>
/// { "productId": "PROD-1001", "name": "Mouse", "description": "Wireless, with two buttons", "brand": "Acme", "category": "Accessories",
///   "price": 29.99, "currency": "USD", "ean": "4006381333931", "color": "Black", "size": "Small", "availability": "in_stock",
///   "internalId": "PROD-1001", "index": "1", "updatedAt": "2026-01-15T09:30:00.000Z" }
/// </example>
public sealed record ProductView(
    string ProductId, string Name, string? Description, string? Brand, string? Category, decimal Price, string? Currency, string? Ean,
    string? Color, string? Size, string? Availability, string? InternalId, string? Index, DateTimeOffset UpdatedAt);

public sealed class GetProductEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/inventory/products/{productId}", GetAsync).WithTags("Inventory")
        .WithSummary("Show a product of the catalogue").WithDescription("With an ETag; If-None-Match is answered with 304.")
        .Produces<ProductView>();

    private static async Task<IResult> GetAsync(string productId, InventoryDbContext db, HttpContext http, CancellationToken ct)
    {
        productId = ProductKey.FromRoute(productId);
        var product = await db.Products.AsNoTracking().FirstOrDefaultAsync(p => p.ProductId == productId, ct);
        return product is null
            ? Problems.NotFound($"There is no product {productId}.")
            : ETags.Answer(http, View(product), product.UpdatedAt);
    }

    private static ProductView View(Product p) => new(
        p.ProductId, p.Name, p.Description, p.Brand, p.Category, p.Price, p.Currency, p.Ean, p.Color, p.Size, p.Availability, p.InternalId,
        p.CatalogueIndex, p.UpdatedAt);
}
