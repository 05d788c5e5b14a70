using Carter;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Order.GetOrder;

public sealed class GetOrderEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/orders/{orderId:long}", GetAsync).WithTags("Orders")
        .WithSummary("Show an order").WithDescription("With an ETag; If-None-Match is answered with 304.").Produces<OrderView>();

    private static async Task<IResult> GetAsync(long orderId, OrderDbContext db, HttpContext http, CancellationToken ct)
    {
        var order = await db.Orders.AsNoTracking().Include(o => o.Items).FirstOrDefaultAsync(o => o.OrderId == orderId, ct);
        return order is null
            ? Problems.NotFound($"There is no order {orderId}.")
            : ETags.Answer(http, OrderView.From(order), order.UpdatedAt);
    }
}
