using Carter;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Order.ListOrders;

public sealed class ListOrdersEndpoint : ICarterModule
{
    // A product may occur in any number of orders, and the other filters may match none of them.
    private const int SearchedOrders = 1_000;

    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/orders", ListAsync).WithTags("Orders")
        .WithSummary("List orders").WithDescription("Newest first.").Produces<OrderView[]>()
        .WithQuery("status", "PENDING, CONFIRMED, COMPLETED, FAILED or CANCELLED.").WithQuery("customerId", "Of one customer.")
        .WithQuery(
            "productId",
            $"With this product in them. Beside other filters, a page looks at {SearchedOrders} such orders; follow Link, "
            + "also after an empty page.");

    private static async Task<IResult> ListAsync(OrderDbContext db, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        var status = query.Enum<OrderStatus>("status");
        if (query.Invalid is { } invalid) return invalid;

        var orders = db.Orders.AsNoTracking().Include(order => order.Items).Where(order => order.OrderId < before);
        if (status is { } wanted) orders = orders.Where(order => order.Status == wanted);
        if (query.Text("customerId") is { } customer) orders = orders.Where(order => order.CustomerId == customer);
        long? searchedTo = null;
        if (query.Text("productId") is { } product)
        {
            var isFiltered = status is not null || query.Text("customerId") is not null;
            var most = isFiltered ? SearchedOrders : query.Limit + 1;
            var ids = await db.Set<OrderItem>().Where(item => item.ProductId == product && item.OrderId < before)
                .OrderByDescending(item => item.OrderId).Select(item => item.OrderId).Take(most).ToListAsync(ct);
            orders = orders.Where(order => ids.Contains(order.OrderId));
            if (ids.Count == most) searchedTo = ids[^1];
        }

        var rows = await orders.OrderByDescending(order => order.OrderId).Take(query.Limit + 1).ToListAsync(ct);
        return query.Answer([.. rows.Select(OrderView.From)], order => order.OrderId, searchedTo);
    }
}
