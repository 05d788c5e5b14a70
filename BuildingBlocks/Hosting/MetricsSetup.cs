using Fulfillment.Core;
using Fulfillment.Operations.Gauges;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Fulfillment.Hosting;

/// <summary>Metrics of the process in the format of Prometheus, at <c>/metrics</c>.</summary>
public static class MetricsSetup
{
    // Requests by route and status, and the resources of the process.
    private static readonly string[] OfTheRuntime = ["Microsoft.AspNetCore.Hosting", "System.Runtime"];

    // Names that Prometheus keeps for parts of histograms.
    private static readonly string[] Misnamed = ["dotnet.assembly.count", "dotnet.process.cpu.count", "dotnet.timer.count"];

    internal static void AddPrometheusMetrics(this IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(Telemetry.MeterName).AddMeter(OfTheRuntime)
            .AddView(instrument => Misnamed.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : null)
            .AddPrometheusExporter());

    /// <summary>Instruments of a module, which exist from the start: a counter without events is shown as zero.</summary>
    public static void AddInstruments<T>(this IServiceCollection services)
        where T : class
    {
        services.AddSingleton<T>();
        services.AddSingleton(new Instruments(typeof(T)));
    }

    /// <summary>
    /// Maps <c>/metrics</c>. Most instruments are read at a scrape; only requests, orders and the like are counted as they
    /// happen.
    /// </summary>
    internal static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapPrometheusScrapingEndpoint(
            "/metrics", meterProvider: null, optionsName: null, configureBranchedPipeline: scrape => scrape.Use(async (http, next) =>
            {
                await http.RequestServices.GetRequiredService<GaugeMetrics>().RefreshAsync(http.RequestAborted);
                await next(http);
            }));
        // The instruments are created now, when they have a listener.
        foreach (var instruments in routes.ServiceProvider.GetServices<Instruments>())
            routes.ServiceProvider.GetRequiredService(instruments.Type);
    }

    private sealed record Instruments(Type Type);
}
