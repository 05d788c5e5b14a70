using Fulfillment.Core;
using Fulfillment.Operations.DeadLetters;
using Fulfillment.Operations.Gauges;
using Fulfillment.Operations.Status;
using Fulfillment.Operations.TopologyChecks;
using Fulfillment.Operations.Unroutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Operations;

/// <summary>Registers and maps the operations of a module.</summary>
public static class OperationsSetup
{
    /// <summary>Records and replays the dead letters of a module.</summary>
    public static void AddOperations<TContext>(this IHostApplicationBuilder builder)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<ModuleSummary<TContext>>();
        builder.Services.AddSingleton<DeadLetterStore<TContext>>();
        builder.Services.AddHostedService<DeadLetterRecorder<TContext>>();
        builder.Services.AddPollingWorker<DeadLetterReplayer<TContext>>();
    }

    /// <summary>Registers the monitor of the topology, the access to unroutable messages, and the gauges. Once per process.</summary>
    public static void AddTopologyOperations(this IServiceCollection services)
    {
        services.AddSingleton<ManagementApi>();
        services.AddSingleton<TopologyCheck>();
        services.AddPollingWorker<TopologyMonitor>();
        services.AddSingleton<UnroutableMessages>();
        services.AddSingleton<QueueStats>();
        services.AddSingleton<GaugeMetrics>();
        services.AddHealthChecks().AddCheck<TopologyHealth>("topology", tags: ["ready"]);
    }

    /// <summary>Maps <c>{module}/ops/...</c>.</summary>
    /// <param name="app">The routes of the process.</param>
    /// <param name="module">Prefix of the module, for example <c>/api/orders</c>.</param>
    public static void MapOperations<TContext>(this IEndpointRouteBuilder app, string module)
        where TContext : DbContext
    {
        var routes = app.MapGroup($"{module}/ops").WithTags("Operations");
        DeadLetterEndpoints.Map<TContext>(routes);
        ReplayEndpoints.Map<TContext>(routes);
        UnroutableEndpoints.Map<TContext>(routes);
        TopologyEndpoints.Map(routes);
        SummaryEndpoint.Map<TContext>(routes);
    }
}
