using System.Text.Json;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fulfillment.BuildingBlocks.Web;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/startup</c>: its start is complete. <c>/health/ready</c>: its
/// databases and the broker answer now.
/// </summary>
public static class HealthSetup
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Registers the checks of what this process uses.</summary>
    public static void AddHealth(this IServiceCollection services) =>
        services.AddHealthChecks()
            .AddCheck<StartupCheck>("startup", tags: ["startup", "ready"])
            .AddCheck<DatabaseCheck>("databases", tags: ["ready"], timeout: Timeout)
            .AddCheck<BrokerCheck>("broker", tags: ["ready"], timeout: Timeout);

    /// <summary>Maps the three endpoints.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", With(_ => false));
        routes.MapHealthChecks("/health/startup", With(check => check.Tags.Contains("startup")));
        routes.MapHealthChecks("/health/ready", With(check => check.Tags.Contains("ready")));
    }

    private static HealthCheckOptions With(Func<HealthCheckRegistration, bool> predicate) => new()
    {
        Predicate = predicate,
        ResponseWriter = (http, report) =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(JsonSerializer.Serialize(new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(
                    entry => entry.Key, entry => entry.Value.Description ?? entry.Value.Exception?.Message ?? entry.Value.Status.ToString()),
            }));
        },
    };

    private sealed class StartupCheck(Startup startup) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(startup.MessagingReady.IsCompletedSuccessfully
                ? HealthCheckResult.Healthy("complete")
                : HealthCheckResult.Unhealthy($"waiting for {startup.WaitingFor}"));
    }

    private sealed class DatabaseCheck(IEnumerable<IModuleDatabase> databases) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            foreach (var database in databases)
            {
                try
                {
                    await using var command = database.Source.CreateCommand("SELECT 1");
                    await command.ExecuteScalarAsync(cancellationToken);
                }
                catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException)
                {
                    return HealthCheckResult.Unhealthy($"the database of {database.Module} does not answer: {e.Message}");
                }
            }

            return HealthCheckResult.Healthy();
        }
    }

    private sealed class BrokerCheck(BrokerConnection connection, Topology topology) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var channel = await connection.OpenChannelAsync(ct: cancellationToken);
                foreach (var subscription in topology.Modules.SelectMany(module => module.Subscriptions))
                    await channel.QueueDeclarePassiveAsync(subscription.Queue, cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (TransientFailure.Is(e))
            {
                return HealthCheckResult.Unhealthy($"RabbitMQ at {connection.Address} does not answer as it should: {e.Message}");
            }
        }
    }
}
