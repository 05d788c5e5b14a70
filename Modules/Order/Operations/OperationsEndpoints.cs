using Carter;
using Fulfillment.Operations;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Order.Operations;

public sealed class OperationsEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapOperations<OrderDbContext>("/api/orders", "Orders");
}
