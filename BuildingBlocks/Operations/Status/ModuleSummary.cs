using System.Diagnostics;
using System.Reflection;
using Fulfillment.Operations.Gauges;
using Fulfillment.Operations.Invariants;
using Microsoft.Extensions.Configuration;

namespace Fulfillment.Operations.Status;

/// <summary>Summarizes the state of a module. It answers within seconds; the numbers of an unavailable dependency are null.</summary>
internal sealed class ModuleSummary(
    IEnumerable<IModuleDatabase> databases, GaugeMetrics gauges, InvariantMetrics invariants, IEnumerable<BoundSection> sections,
    IConfiguration configuration, IOptions<RabbitMqOptions> broker, TimeProvider time)
{
    private static readonly (string Version, string? Commit) Build = ReadBuild();
    private static readonly DateTimeOffset Started = new(Process.GetCurrentProcess().StartTime.ToUniversalTime());
    private static readonly string Instance = $"{Environment.MachineName}-{Environment.ProcessId}";

    public async Task<SummaryView> ReadAsync(ModuleTopology module, CancellationToken ct)
    {
        var snapshot = await gauges.RefreshAsync(ct);
        var numbers = snapshot.Modules.GetValueOrDefault(module.Name);
        string[] modules = [.. databases.Select(candidate => candidate.Module)];
        return new SummaryView(
            module.Name, configuration["Build:Version"] ?? Build.Version, configuration["Build:Commit"] ?? Build.Commit, Instance,
            Started, time.GetUtcNow(), modules,
            [.. module.Subscriptions.Select(subscription => View(subscription, snapshot.Queues.GetValueOrDefault(subscription.Queue)))],
            Number("deadLetters"), snapshot.Queues.GetValueOrDefault(Topology.UnroutableQueue)?.Messages, Number("outboxPending"),
            Number("activeReservations"), invariants.ViolationsOf(module.Name),
            EffectiveSettings.Of(configuration, sections, modules), new LinksView(ManagementAddress(), "/scalar"));

        long? Number(string name) => numbers?.TryGetValue(name, out var number) is true ? number : null;
    }

    private static QueueView View(Subscription subscription, QueueNumbers? numbers) => new(
        subscription.Queue, subscription.Route.Exchange, subscription.Route.RoutingKey, subscription.EventName,
        numbers?.Messages, numbers?.Consumers, numbers?.PublishPerSecond, numbers?.AckPerSecond);

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
