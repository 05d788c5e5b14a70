using Carter;
using Fulfillment.Operations;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Notification.Operations;

public sealed class OperationsEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapOperations<NotificationDbContext>("/api/notifications", "Notifications");
}
