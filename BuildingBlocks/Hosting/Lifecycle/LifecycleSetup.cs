using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>How a process starts and stops, and its HTTP meanwhile.</summary>
internal static class LifecycleSetup
{
    // A database that is missing after this time is unavailable, and the request fails with 503.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Registers the start, which waits for the dependencies, and the staggered stop.</summary>
    /// <exception cref="ConfigurationException">A setting of section <c>Shutdown</c> is out of range.</exception>
    public static void AddLifecycle(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Startup>();
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<StaggeredShutdown>();
        builder.Services.AddSingleton<RequestRestart>(services => async ct =>
        {
            var database = services.GetServices<IModuleDatabase>().First();
            if (await services.GetRequiredService<RestartTurn>().TryTakeAsync(database, ct) is { } reason) return reason;
            services.GetRequiredService<Startup>().RestartRequested = true;
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            return null;
        });
        builder.Services.AddHostedService<StartupService>();
        builder.Services.AddValidatedOptions<ShutdownOptions>(builder.Configuration, "Shutdown");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownOptions.HostTimeout);
    }

    /// <summary>
    /// Lets requests of the API wait for the databases when these were unavailable at the first look. The process listens then,
    /// and gets requests from gateways that do not ask its probes, as with Docker Compose.
    /// </summary>
    public static void UseWaitWhileStarting(this WebApplication app)
    {
        var found = app.Services.GetRequiredService<Startup>().DatabasesReady;
        app.Use(async (http, next) =>
        {
            if (!found.IsCompletedSuccessfully && http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
                await found.WaitAsync(StartTimeout, http.RequestAborted);
            await next(http);
        });
    }

    /// <summary>
    /// Ends the connection with every response after SIGTERM, so that clients send their next request to another process.
    /// </summary>
    public static void UseConnectionCloseWhenStopping(this WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.Use((http, next) =>
        {
            // Decided when the response begins: the request may have come before the signal.
            http.Response.OnStarting(() =>
            {
                if (stopping.IsCancellationRequested) http.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
            return next(http);
        });
    }
}
