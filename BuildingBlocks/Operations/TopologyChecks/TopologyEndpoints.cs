using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fulfillment.Operations.TopologyChecks;

/// <summary>Shows how the topology of the broker differs from what is declared.</summary>
internal static class TopologyEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/topology", GetAsync)
        .WithSummary("Compare exchanges, queues and bindings with what is declared");

    private static async Task<Ok<TopologyReport>> GetAsync(TopologyCheck check, CancellationToken ct) =>
        TypedResults.Ok(await check.RunAsync(ct));
}

/// <summary>Makes <c>/health/ready</c> name the parts that this process needs and the broker lacks.</summary>
internal sealed class TopologyHealth(TopologyMonitor monitor) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(monitor.Problems is { Count: > 0 } problems
            ? HealthCheckResult.Unhealthy(string.Join("; ", problems))
            : HealthCheckResult.Healthy("complete"));
}
