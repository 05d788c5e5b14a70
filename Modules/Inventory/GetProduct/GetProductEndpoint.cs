using Carter;
using Fulfillment.Web;
using Fulfillment.Web.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.GetProduct;

/// <summary>A product of the catalogue as the API shows it.</summary>
public sealed record ProductView(
    string ProductId, string Name, string? Description, string? Brand, string? Category, decimal Price, string? Currency, string? Ean,
    string? Color, string? Size, string? Availability, string? InternalId, string? Index, DateTimeOffset UpdatedAt);

public sealed class GetProductEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/inventory/products/{productId}", GetAsync).WithTags("Inventory")
        .Does("Show a product of the catalogue", "With an ETag; If-None-Match is answered with 304.").Answers(Examples.Product);

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
