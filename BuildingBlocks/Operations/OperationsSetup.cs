using Fulfillment.Operations.DeadLetters;
using Fulfillment.Operations.Gauges;
using Fulfillment.Operations.Invariants;
using Fulfillment.Operations.Retention;
using Fulfillment.Operations.Status;
using Fulfillment.Operations.TopologyChecks;
using Fulfillment.Operations.Unroutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Operations;

/// <summary>Registers and maps the operations of a module.</summary>
public static class OperationsSetup
{
    /// <summary>
    /// Registers what all modules of the process share: settings, metrics, the monitor of the topology, and the access to unroutable
    /// messages.
    /// </summary>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static void AddSharedOperations(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddSingleton<ManagementApi>();
        services.AddSingleton<TopologyCheck>();
        services.AddPollingWorker<TopologyMonitor>();
        services.AddSingleton<UnroutableMessages>();
        services.AddSingleton<QueueStats>();
        services.AddSingleton<GaugeMetrics>();
        services.AddSingleton<InvariantMetrics>();
        services.AddSingleton<ModuleSummary>();
        services.AddHealthChecks().AddCheck<TopologyMonitor>("topology", tags: ["ready"]);
        services.AddValidatedOptions<AuditOptions>(builder.Configuration, "Audit");
        services.AddValidatedOptions<RetentionOptions>(builder.Configuration, "Retention");
    }

    /// <summary>Records and replays the dead letters of a module, removes its old rows, and checks its invariants.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="gauges">Gauges of the module, besides its open dead letters.</param>
    /// <param name="retention">Rows that are removed after some time, besides replayed dead letters.</param>
    /// <param name="invariants">Invariants of the module, cheap ones first.</param>
    public static void AddOperations<TContext>(
        this IHostApplicationBuilder builder, IReadOnlyList<DatabaseGauge> gauges, IReadOnlyList<RetentionRule> retention,
        IReadOnlyList<Invariant> invariants)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddHostedService<DeadLetterRecorder<TContext>>();
        services.AddPollingWorker<DeadLetterReplayer<TContext>>();
        services.AddSingleton(provider => new ModuleGauges(
            provider.GetRequiredService<ModuleDatabase<TContext>>(), [DatabaseGauge.DeadLetters, .. gauges]));
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<RetentionService<TContext>>(
            provider, (IReadOnlyList<RetentionRule>)[RetentionRule.ReplayedDeadLetters, .. retention]));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Auditor<TContext>>(provider, invariants));
        services.AddHostedService(provider => provider.GetRequiredService<Auditor<TContext>>());
    }

    /// <summary>Maps <c>{prefix}/ops/...</c>.</summary>
    /// <param name="app">The routes of the process.</param>
    /// <param name="prefix">Prefix of the module, for example <c>/api/orders</c>.</param>
    /// <param name="tag">Tag of the module's endpoints, among which the invariants are listed.</param>
    public static void MapOperations<TContext>(this IEndpointRouteBuilder app, string prefix, string tag)
        where TContext : DbContext
    {
        Func<IServiceProvider, RoutedModule> find = FindModule<TContext>;
        var routes = app.MapGroup($"{prefix}/ops").WithTags("Operations").WithMetadata(find);
        DeadLetterEndpoints.Map(routes);
        ReplayEndpoints.Map(routes);
        UnroutableEndpoints.Map(routes);
        routes.MapGet("/topology", async (TopologyCheck check, CancellationToken ct) => TypedResults.Ok(await check.RunAsync(ct)))
            .WithSummary("Compare exchanges, queues and bindings with what is declared");
        routes.MapGet("/summary", async (ModuleSummary summary, RoutedModule module, CancellationToken ct) =>
            TypedResults.Ok(await summary.ReadAsync(module.Topology, ct)))
            .WithSummary("Sum up how the module fares")
            .WithDescription("Its queues, numbers and settings, up to a second old. A number that is unavailable is null.");
        InvariantEndpoint<TContext>.Map(app.MapGroup($"{prefix}/ops").WithTags(tag));
    }

    private static RoutedModule FindModule<TContext>(IServiceProvider services)
        where TContext : DbContext
    {
        var name = services.GetRequiredService<ModuleDatabase<TContext>>().Module;
        return new RoutedModule(
            services.GetRequiredService<Topology>().Modules.Single(module => module.Name == name),
            services.GetRequiredService<TContext>(), services.GetRequiredService<DeadLetterReplayer<TContext>>());
    }
}
