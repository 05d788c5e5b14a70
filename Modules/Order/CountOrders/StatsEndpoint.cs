using Carter;
using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Order.CountOrders;

/// <summary>The numbers of the last query; requests within a second share them.</summary>
public sealed class OrderStatistics : IWarmUp
{
    private readonly SingleFlightCache<OrderStats> _recent;

    public OrderStatistics(ModuleDatabase<OrderDbContext> database, TimeProvider time)
    {
        _recent = new SingleFlightCache<OrderStats>(TimeSpan.FromSeconds(1), async ct =>
        {
            await using var connection = await database.Queries.OpenConnectionAsync(ct);
            return await OrderCounts.ReadAsync(connection, ct);
        }, time);
    }

    public Task<OrderStats> GetAsync(CancellationToken ct) => _recent.GetAsync(ct);

    public Task WarmUpAsync(CancellationToken ct) => GetAsync(ct);
}

public sealed class StatsEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/orders/stats", GetAsync).WithTags("Orders")
        .WithSummary("Count orders")
        .WithDescription(
            "By status, of the last minute, and how long they took. The numbers are up to a second old; "
            + "complete is false while old orders are still being counted.");

    private static async Task<Ok<OrderStats>> GetAsync(OrderStatistics statistics, CancellationToken ct) =>
        TypedResults.Ok(await statistics.GetAsync(ct));
}
