using Carter;
using Fulfillment.Operations;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Payment.Operations;

public sealed class OperationsEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapOperations<PaymentDbContext>("/api/payments", "Payments");
}
