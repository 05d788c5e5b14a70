using System.Text.Json;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Hosting.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/startup</c>: its start is complete. <c>/health/ready</c>: its
/// databases and the broker answer now, and it listens to its queues.
/// </summary>
internal static class HealthSetup
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // Shorter, so that a check can still name its dependency.
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(2.5);

    public static void AddHealth(this IServiceCollection services) =>
        services.AddHealthChecks()
            .AddCheck<StartupCheck>("startup", tags: ["startup", "ready"])
            .AddCheck<DatabaseCheck>("databases", tags: ["ready"], timeout: Timeout)
            .AddCheck<BrokerCheck>("broker", tags: ["ready"], timeout: Timeout)
            .AddCheck<ListenerCheck>("listeners", tags: ["ready"]);

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
                    entry => entry.Key,
                    entry => entry.Value.Description ?? entry.Value.Exception?.Message ?? entry.Value.Status.ToString()),
            }));
        },
    };

    private sealed class StartupCheck(Startup startup, IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("stopping")
                : startup.MessagingReady.IsCompletedSuccessfully
                ? HealthCheckResult.Healthy("complete")
                : HealthCheckResult.Unhealthy($"waiting for {startup.WaitingFor}"));
    }

    private sealed class DatabaseCheck(IEnumerable<IModuleDatabase> databases) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            using var waitLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            waitLimit.CancelAfter(WaitLimit);
            var missing = (await Task.WhenAll(databases.Select(database => MissingAsync(database, waitLimit.Token))))
                .OfType<string>().ToList();
            return missing.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join("; ", missing));
        }

        private static async Task<string?> MissingAsync(IModuleDatabase database, CancellationToken ct)
        {
            if (await AskAsync(database, ct) is null) return null;
            // Pooled connections may be broken, lead to a former primary, or still be read-only. Only new connections tell.
            database.Source.Clear();
            database.Queries.Clear();
            return await AskAsync(database, ct);
        }

        // Not on the connections of reads: a replica whose reads are slow still takes orders.
        private static async Task<string?> AskAsync(IModuleDatabase database, CancellationToken ct)
        {
            try
            {
                await using var command = database.Source.CreateCommand("SELECT current_setting('transaction_read_only')");
                return await command.ExecuteScalarAsync(ct) is "off" ? null : $"the database of {database.Module} is read-only";
            }
            catch (OperationCanceledException)
            {
                return $"the database of {database.Module} does not answer";
            }
            catch (Exception e) when (TransientErrors.Is(e) || e is Npgsql.NpgsqlException)
            {
                return $"the database of {database.Module} does not answer: {e.Message}";
            }
        }
    }

    private sealed class ListenerCheck(MessageListeners listeners) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(listeners.QueuesWithoutConsumer is { Count: > 0 } queues
                ? HealthCheckResult.Unhealthy($"this process does not listen to {string.Join(", ", queues)}")
                : HealthCheckResult.Healthy());
    }

    // The topology monitor checks whether the queues exist; a probe does not.
    private sealed class BrokerCheck(BrokerConnection connection) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (connection.BlockedBecause is { } reason)
                return HealthCheckResult.Unhealthy($"RabbitMQ at {connection.Address} takes no messages: {reason}");
            using var waitLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            waitLimit.CancelAfter(WaitLimit);
            try
            {
                await using var channel = await connection.OpenChannelAsync(ct: waitLimit.Token);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (TransientErrors.Is(e))
            {
                return HealthCheckResult.Unhealthy($"RabbitMQ at {connection.Address} does not answer: {e.Message}");
            }
        }
    }
}
