using Carter;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.ManageStock;

public sealed class GetStockEndpoints : ICarterModule
{
    // Without an extension, no index of PostgreSQL finds a part of a word, and such an index would slow imports down.
    private const int SearchedProducts = 10_000;

    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/inventory/items", ListAsync).WithTags("Inventory")
            .WithSummary("List stock").WithDescription("By product.").Produces<StockView[]>()
            .WithQuery(
                "search",
                $"Part of id or name, capital or not. A page looks at {SearchedProducts} products; follow Link, also after an empty page.");
        app.MapGet("/api/inventory/items/{productId}", GetAsync).WithTags("Inventory")
            .WithSummary("Show the stock of a product").WithDescription("With an ETag; If-None-Match is answered with 304.")
            .Produces<StockView>();
    }

    private static async Task<IResult> ListAsync(InventoryDbContext db, ListQuery query, CancellationToken ct)
    {
        if (query.Invalid is { } invalid) return invalid;

        var items = db.Items.AsNoTracking();
        if (query.After is { } after) items = items.Where(item => string.Compare(item.ProductId, after) > 0);
        string? searchedTo = null;
        if (query.Text("search") is { Length: > 0 } search)
        {
            searchedTo = await items.OrderBy(item => item.ProductId).Select(item => item.ProductId).Skip(SearchedProducts - 1)
                .FirstOrDefaultAsync(ct);
            if (searchedTo is not null) items = items.Where(item => string.Compare(item.ProductId, searchedTo) <= 0);
            var pattern = $"%{Escape(search)}%";
            items = items.Where(
                item => EF.Functions.ILike(item.ProductName, pattern, "\\") || EF.Functions.ILike(item.ProductId, pattern, "\\"));
        }

        var rows = await items.OrderBy(item => item.ProductId).Take(query.Limit + 1).ToListAsync(ct);
        return query.Answer([.. rows.Select(StockView.From)], item => item.ProductId, searchedTo);
    }

    private static async Task<IResult> GetAsync(string productId, InventoryDbContext db, HttpContext http, CancellationToken ct)
    {
        productId = ProductKey.FromRoute(productId);
        var item = await db.Items.AsNoTracking().FirstOrDefaultAsync(i => i.ProductId == productId, ct);
        return item is null
            ? Problems.NotFound($"There is no product {productId}.")
            : ETags.Answer(http, StockView.From(item), item.UpdatedAt);
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
}
