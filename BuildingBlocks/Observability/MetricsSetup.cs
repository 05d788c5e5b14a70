using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Fulfillment.BuildingBlocks.Observability;

/// <summary>Metrics of the process in the format of Prometheus, at <c>/metrics</c>.</summary>
public static class MetricsSetup
{
    /// <summary>Name of the meter of everything that this system measures itself.</summary>
    public const string MeterName = "Fulfillment";

    // Requests by route and status, and what the process uses.
    private static readonly string[] OfTheRuntime = ["Microsoft.AspNetCore.Hosting", "System.Runtime"];

    /// <summary>Registers the exporter.</summary>
    public static void AddPrometheusMetrics(this IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(MeterName).AddMeter(OfTheRuntime).AddPrometheusExporter());

    /// <summary>Maps <c>/metrics</c>. Most instruments are read when somebody asks; only requests are counted as they come.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint("/metrics");
}
