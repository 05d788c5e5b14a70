using Carter;
using Fulfillment.BuildingBlocks.Operations;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Notifications.Operations;

public sealed class OperationsEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapOperations<NotificationDbContext>("/api/notifications");
}
