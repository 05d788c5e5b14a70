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

    /// <summary>Registers the exporter.</summary>
    public static void AddPrometheusMetrics(this IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(MeterName).AddPrometheusExporter());

    /// <summary>Maps <c>/metrics</c>. Instruments are read when somebody asks, so that nobody pays when nobody does.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint("/metrics");
}
