using System.Diagnostics;
using System.Reflection;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Operations.Gauges;
using Fulfillment.Operations.Invariants;
using Fulfillment.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fulfillment.Operations.Status;

/// <summary>Summarizes the state of a module. It answers within seconds; the numbers of an unavailable dependency are null.</summary>
internal sealed class ModuleSummary<TContext>(
    ModuleDatabase<TContext> database, Topology topology, IEnumerable<IModuleDatabase> databases, IEnumerable<ModuleGauges> gauges,
    QueueStats queues, InvariantMetrics invariants, IEnumerable<BoundSection> sections, IConfiguration configuration,
    IOptions<RabbitMqOptions> broker, TimeProvider time)
    where TContext : DbContext
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly (string Version, string? Commit) Build = ReadBuild();
    private static readonly DateTimeOffset Started = new(Process.GetCurrentProcess().StartTime.ToUniversalTime());
    private static readonly string Instance = $"{Environment.MachineName}-{Environment.ProcessId}";

    public async Task<SummaryView> ReadAsync(CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Timeout);
        var counting = OrNullAsync(gauges.Single(candidate => candidate.Module == database.Module).GetAsync(timeout.Token));
        var asking = OrNullAsync(queues.GetAsync(timeout.Token));
        var (numbers, known) = (await counting, await asking);
        string[] modules = [.. databases.Select(candidate => candidate.Module)];
        return new SummaryView(
            database.Module, configuration["Build:Version"] ?? Build.Version, configuration["Build:Commit"] ?? Build.Commit, Instance,
            Started, time.GetUtcNow(), modules,
            [
                .. topology.Modules.Single(module => module.Name == database.Module).Subscriptions
                    .Select(subscription => View(subscription, known)),
            ],
            Number("deadLetters"), known?.GetValueOrDefault(Topology.UnroutableQueue)?.Messages, Number("outboxPending"),
            Number("activeReservations"), invariants.ViolationsOf(database.Module),
            EffectiveSettings.Of(configuration, sections, modules), new LinksView(ManagementAddress(), "/scalar"));

        long? Number(string name) => numbers?.TryGetValue(name, out var number) is true ? number : null;
    }

    private static QueueView View(Subscription subscription, IReadOnlyDictionary<string, QueueNumbers>? known)
    {
        var numbers = known?.GetValueOrDefault(subscription.Queue);
        return new QueueView(
            subscription.Queue, subscription.Route.Exchange, subscription.Route.RoutingKey, subscription.EventName,
            numbers?.Messages, numbers?.Consumers, numbers?.PublishPerSecond, numbers?.AckPerSecond);
    }

    private static async Task<T?> OrNullAsync<T>(Task<T> reading)
        where T : class
    {
        try
        {
            return await reading;
        }
        catch (Exception e) when (TransientErrors.Is(e))
        {
            return null;
        }
    }

    private string? ManagementAddress() => Uri.TryCreate(broker.Value.ManagementUri, UriKind.Absolute, out var address)
        ? $"{address.Scheme}://{address.Authority}"
        : null;

    // The compiler writes the state of the sources behind a plus sign, when it knows it.
    private static (string Version, string? Commit) ReadBuild()
    {
        var attribute = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        var version = attribute?.InformationalVersion ?? "unknown";
        return version.Split('+', 2) is [var number, var commit] ? (number, commit) : (version, null);
    }
}

/// <summary><c>GET {module}/ops/summary</c>; all callers within a second get the same numbers.</summary>
internal static class SummaryEndpoint
{
    public static void Map<TContext>(IEndpointRouteBuilder routes)
        where TContext : DbContext =>
        routes.MapGet("/summary", GetAsync<TContext>)
            .WithSummary("Sum up how the module fares")
            .WithDescription("Its queues, numbers and settings, up to a second old. A number that is unavailable is null.");

    private static async Task<Ok<SummaryView>> GetAsync<TContext>(ModuleSummary<TContext> summary, CancellationToken ct)
        where TContext : DbContext =>
        TypedResults.Ok(await summary.ReadAsync(ct));
}
