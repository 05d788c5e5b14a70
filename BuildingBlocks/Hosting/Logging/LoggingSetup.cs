using Fulfillment.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace Fulfillment.Hosting.Logging;

/// <summary>Readable text in a terminal, compact JSON in a container.</summary>
internal static class LoggingSetup
{
    public static void AddLogging(this IHostApplicationBuilder builder, string service)
    {
        builder.Services.AddSerilog((_, logger) =>
        {
            logger
                .MinimumLevel.Is(builder.Configuration.GetValue("LogLevel", LogEventLevel.Information))
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("System", LogEventLevel.Warning)
                // A failed statement surfaces as an exception, a failed check in the waiting of the start and in its answer.
                .MinimumLevel.Override("Microsoft.EntityFrameworkCore.Database.Command", LogEventLevel.Fatal)
                .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)
                .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
                .Filter.With(new OutageFilter(TimeProvider.System))
                .Enrich.With<MessageLogEnricher>()
                .Enrich.WithProperty("service", service);
            foreach (var (source, level) in MessagingSetup.LibraryLogLevels)
                logger.MinimumLevel.Override(source, LevelConvert.ToSerilogLevel(level));
            if (builder.Configuration.GetValue<bool>("DOTNET_RUNNING_IN_CONTAINER")) logger.WriteTo.Console(new CompactJsonFormatter());
            else logger.WriteTo.Console(new TerminalFormatter());
        });
    }
}
