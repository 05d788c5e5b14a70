using Carter;
using Fulfillment.Operations;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Inventory.Operations;

public sealed class OperationsEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapOperations<InventoryDbContext>("/api/inventory", "Inventory");
}
