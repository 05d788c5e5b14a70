using Carter;
using Fulfillment.Core;
using Fulfillment.Hosting;
using Fulfillment.Hosting.Health;
using Fulfillment.Hosting.Lifecycle;
using Fulfillment.Hosting.Logging;
using Fulfillment.Messaging;
using Fulfillment.Operations;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Serilog;

namespace Fulfillment.Host;

/// <summary>Puts the enabled modules and their shared services into one process.</summary>
internal static class FulfillmentSetup
{
    public static void AddFulfillment(this WebApplicationBuilder builder, IReadOnlyList<Module> enabled)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 256 * 1024;
        });
        var service = enabled.Count == 1 ? $"{enabled[0].Name.ToLowerInvariant()}-service" : "fulfillment";
        builder.AddLogging(service);
        builder.AddTracing(service);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ModuleCatalog.Errors);
        builder.Services.AddProblems();
        builder.Services.AddStrictJson();
        builder.Services.AddHealth();
        builder.Services.AddPrometheusMetrics();
        builder.Services.AddDescriptions(enabled);
        // Carter on its own would find the routes of every module that lies in the folder.
        builder.Services.AddCarter(new DependencyContextAssemblyCatalog([.. enabled.Select(module => module.GetType().Assembly)]));

        var mistakes = new List<string>();
        Collect(mistakes, builder.AddSharedOperations);
        Collect(mistakes, builder.AddLifecycle);
        Collect(mistakes, () => builder.AddMessaging(ModuleCatalog.Topology, [.. enabled.Select(module => module.Topology)]));
        foreach (var module in enabled) Collect(mistakes, () => module.Register(builder));
        if (mistakes.Count > 0) throw new ConfigurationException(mistakes);
    }

    public static void UseFulfillment(this WebApplication app)
    {
        app.UseConnectionCloseWhenStopping();
        app.UseProblems();
        app.UseConsole();
        app.UseWaitWhileStarting();
        app.MapHealth();
        app.MapMetrics();
        app.MapErrorPages();
        app.MapDescriptions(ModuleCatalog.All);
        app.MapCarter();
        app.Lifetime.ApplicationStopped.Register(Log.CloseAndFlush);
    }

    /// <summary>
    /// Brings the databases of the enabled modules to this version and declares the topology. It waits for dependencies that are
    /// unavailable.
    /// </summary>
    public static async Task MigrateAsync(this WebApplication app)
    {
        await DependencyWait.ForAsync("the databases", app.Services.GetRequiredService<Migrator>().MigrateAsync, Waiting, default);
        await DependencyWait.ForAsync("RabbitMQ", app.Services.GetRequiredService<TopologyDeclarer>().DeclareAsync, Waiting, default);
        app.Logger.LogInformation("Exchanges, queues and bindings are declared");

        void Waiting(string reason) => app.Logger.LogWarning("Waiting for {Reason}", reason);
    }

    /// <summary>Runs the host until it stops.</summary>
    /// <returns>True when the process is to build and run another one.</returns>
    public static async Task<bool> RunToTheEndAsync(this WebApplication app)
    {
        var startup = app.Services.GetRequiredService<Startup>();
        var (stopping, stopped) = (app.Lifetime.ApplicationStopping, app.Lifetime.ApplicationStopped);
        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !stopped.IsCancellationRequested)
        {
            // The stop signal came before the host listened.
        }
#pragma warning disable CA1031 // All work has ended by then; a connection that cannot be closed in good order ends with the process.
        catch (Exception e) when (stopped.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"Not everything could be closed in good order: {e.Message}");
        }

        return startup.RestartRequested;
    }

    private static void Collect(List<string> mistakes, Action register)
    {
        try
        {
            register();
        }
        catch (ConfigurationException e)
        {
            mistakes.AddRange(e.Mistakes);
        }
    }
}
