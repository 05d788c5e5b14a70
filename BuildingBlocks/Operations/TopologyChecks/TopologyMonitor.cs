using Fulfillment.Operations.Unroutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fulfillment.Operations.TopologyChecks;

/// <summary>
/// Checks every few seconds, and at once after the broker may have changed, whether all exchanges, queues and bindings exist. It
/// declares missing parts again if it may, and then publishes the messages again that became unroutable meanwhile.
/// </summary>
internal sealed class TopologyMonitor(
    TopologyCheck check, TopologyDeclarer declarer, TopologyReadiness readiness, UnroutableMessages unrouted, ManagementApi management,
    BrokerConnection broker, Topology topology, IEnumerable<IModuleDatabase> databases, Startup startup, IOptions<RabbitMqOptions> options,
    TimeProvider time, ILogger<TopologyMonitor> logger) : PollingWorker(startup, time, logger), IHealthCheck
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    // Events wait for the topology, so it is looked for more often while it is not known to be complete.
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);
    private readonly HashSet<string> _modules = [.. databases.Select(database => database.Module)];
    private IReadOnlyList<string> _mistakes = [];
    private string? _unknownBecause;
    private bool _unroutable;
    private string[] _problems = [];

    protected override string Work => "topology checks";

    // A check waits for a change, see below.
    protected override TimeSpan Interval => TimeSpan.Zero;

    protected override bool StopsAtOnce => true;

    /// <summary>Makes <c>/health/ready</c> name the parts that this process needs and the broker lacks, as of the last check.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_problems is { Length: > 0 } problems
            ? HealthCheckResult.Unhealthy(string.Join("; ", problems))
            : HealthCheckResult.Healthy("complete"));

    protected override async Task WhenReadyAsync(CancellationToken ct)
    {
        await Startup.MessagingReady.WaitAsync(ct);
        await (readiness.NotCompleteBecause is null
            ? readiness.WhenUnknownAsync(CheckInterval, Time, ct)
            : Task.Delay(RetryDelay, Time, ct));
    }

    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        // Here, because the management API may answer although no event can be published.
        await using (await broker.OpenChannelAsync(ct: ct))
        {
        }

        var report = await check.RunAsync(ct);
        var missing = report.Differences.Where(difference => difference.IsMissing).ToList();
        _unroutable |= missing.Count > 0;
        if (options.Value.DeclareTopology) report = await HealAsync(report, missing, ct);
        Note(report);
        if (_unroutable && readiness.NotCompleteBecause is null) await RepublishAsync(ct);
        return false;
    }

    private async Task<TopologyReport> HealAsync(TopologyReport report, List<TopologyDifference> missing, CancellationToken ct)
    {
        foreach (var difference in missing)
        {
            logger.LogWarning(
                "{Kind} {Name} ({Expected}) is missing and is declared again", difference.Kind, difference.Name, difference.Expected);
        }

        // Without the management API a missing binding is not noticed; declaring all of them again costs next to nothing.
        if (missing.Count == 0 && management.IsKnown && readiness.NotCompleteBecause is null) return report;
        await DeclareAsync(ct);
        return await check.RunAsync(ct);
    }

    private async Task DeclareAsync(CancellationToken ct)
    {
        try
        {
            await declarer.DeclareAsync(ct);
            _mistakes = [];
        }
        catch (ConfigurationException e)
        {
            foreach (var mistake in e.Mistakes.Except(_mistakes))
                logger.LogError("The topology cannot be declared again: {Mistake}", mistake);
            _mistakes = [.. e.Mistakes];
        }
    }

    private void Note(TopologyReport report)
    {
        string[] problems =
        [
            .. report.Differences.Where(difference => difference.Severity == DifferenceSeverity.Error && difference.IsNeededBy(_modules))
                .Select(difference => $"{difference.Kind} {difference.Name}: expected {difference.Expected}, found {difference.Actual}"),
        ];
        foreach (var problem in problems.Except(_problems)) logger.LogError("Topology: {Problem}", problem);
        if (problems.Length == 0 && _problems.Length > 0) logger.LogInformation("Topology: complete again");
        _problems = problems;

        var unknown = readiness.NotCompleteBecause;
        if (unknown is not null && unknown != _unknownBecause)
            logger.LogWarning("Events wait in the database until the topology is complete: {Reason}", unknown);
        _unknownBecause = unknown;
    }

    /// <summary>
    /// Publishes the unroutable messages again, once, after a missing binding was declared; a message that is returned
    /// stays. A user that may declare publishes for all modules, any other user for the modules of this process.
    /// </summary>
    private async Task RepublishAsync(CancellationToken ct)
    {
        _unroutable = false;
        var exchanges = topology.Modules.Where(module => options.Value.DeclareTopology || _modules.Contains(module.Name))
            .Select(module => module.EventExchange).Intersect(Topology.TopicExchanges);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(CheckInterval);
        try
        {
            foreach (var exchange in exchanges)
            {
                var view = await unrouted.RepublishAsync(exchange, limit.Token);
                if (view.Republished > 0)
                {
                    logger.LogInformation(
                        "{Count} unroutable messages of {Exchange} were published again, after the topology was complete",
                        view.Republished, exchange);
                }
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // There are many messages: the rest follows at the next check.
            _unroutable = true;
        }
    }
}
