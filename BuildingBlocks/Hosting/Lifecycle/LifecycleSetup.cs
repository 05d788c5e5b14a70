using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>How a process starts and stops.</summary>
public static class LifecycleSetup
{
    /// <summary>Registers the start, which waits for the dependencies, and the staggered stop.</summary>
    /// <exception cref="ConfigurationException">A setting of section <c>Shutdown</c> is out of range.</exception>
    public static void AddLifecycle(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<Startup>();
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<StaggeredShutdown>();
        builder.Services.AddSingleton<IHostRestart, HostRestart>();
        builder.Services.AddHostedService<StartupService>();
        builder.Services.AddValidatedOptions<ShutdownOptions>(builder.Configuration, "Shutdown");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownOptions.HostTimeout);
    }
}
