using Carter;
using Fulfillment.BuildingBlocks.Web;
using Fulfillment.BuildingBlocks.Web.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Orders.ListOrders;

public sealed class ListOrdersEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/orders", ListAsync).WithTags("Orders")
        .Does("List orders", "Newest first.").Answers<OrderView[]>([Examples.Completed]).InPages()
        .Reads("status", "PENDING, CONFIRMED, COMPLETED, FAILED or CANCELLED.").Reads("customerId", "Of one customer.").Reads("productId", "With this product in them.");

    private static async Task<IResult> ListAsync(OrderDbContext db, HttpRequest request, CancellationToken ct)
    {
        var (page, errors) = Page.Read(request, "status", "customerId", "productId");
        var before = page.Before(errors);
        var status = Filters.Enum<OrderStatus>(request, "status", errors);
        if (errors.Count > 0) return Problems.Invalid(errors);

        var orders = db.Orders.AsNoTracking().Include(order => order.Items).Where(order => order.OrderId < before);
        if (status is { } wanted) orders = orders.Where(order => order.Status == wanted);
        if (request.Query["customerId"] is [{ } customer]) orders = orders.Where(order => order.CustomerId == customer);
        if (request.Query["productId"] is [{ } product]) orders = orders.Where(order => order.Items.Any(item => item.ProductId == product));
        var rows = await orders.OrderByDescending(order => order.OrderId).Take(page.Limit + 1).ToListAsync(ct);
        return page.Answer(request, [.. rows.Select(OrderView.From)], order => order.OrderId);
    }
}
