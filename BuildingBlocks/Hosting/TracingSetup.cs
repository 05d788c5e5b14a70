using System.Diagnostics;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Fulfillment.Hosting;

/// <summary>
/// Sends traces to the address in the standard variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>. A trace begins with a request or a
/// message and goes on in the handlers of the events that follow, because every event carries the context of its cause. Without
/// the variable nothing is recorded.
/// </summary>
internal static class TracingSetup
{
    public static void AddTracing(this IHostApplicationBuilder builder, string service)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service))
            .WithTracing(tracing => tracing
                .SetSampler(new ParentBasedSampler(new CausesOnly()))
                .AddAspNetCoreInstrumentation(http => http.Filter = IsOfCustomers)
                .AddSource(MessagingSetup.LibraryActivitySource, "Npgsql", Telemetry.SourceName)
                .AddOtlpExporter());
    }

    private static bool IsOfCustomers(HttpContext http) => http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    // Background work queries the database all the time; only work that a request or a message has caused is worth a trace.
    private sealed class CausesOnly : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind is ActivityKind.Server or ActivityKind.Consumer
                ? SamplingDecision.RecordAndSample
                : SamplingDecision.Drop);
    }
}
