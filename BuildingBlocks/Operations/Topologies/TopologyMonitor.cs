using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fulfillment.BuildingBlocks.Operations.Topologies;

/// <summary>
/// Looks every few seconds whether the exchanges, queues and bindings that this process needs are there, and declares again what is missing if it may.
/// </summary>
internal sealed class TopologyMonitor(
    TopologyCheck check, TopologyDeclarer declarer, ManagementApi management, IEnumerable<IModuleDatabase> databases, Startup startup,
    IOptions<RabbitMqOptions> options, ILogger<TopologyMonitor> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly HashSet<string> _modules = [.. databases.Select(database => database.Module)];

    /// <summary>What this process needs and the broker does not have, as of the last look; empty when all is well.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.MessagingReady.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Logged, and looked again soon; that the broker is away is said by its own health check.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.LogWarning(e, "The topology cannot be checked: {Reason}", e.Message);
            }
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        var report = await check.RunAsync(ct);
        if (options.Value.DeclareTopology) report = await HealAsync(report, ct);
        Note(report);
    }

    private async Task<TopologyReport> HealAsync(TopologyReport report, CancellationToken ct)
    {
        var missing = report.Differences.Where(difference => difference.IsMissing).ToList();
        foreach (var difference in missing)
            logger.LogWarning("{Kind} {Name} ({Expected}) is missing and is declared again", difference.Kind, difference.Name, difference.Expected);
        // Without the management API nobody can say whether a binding is there; declaring it again costs next to nothing.
        if (missing.Count == 0 && management.IsKnown) return report;
        await DeclareAsync(ct);
        return await check.RunAsync(ct);
    }

    private async Task DeclareAsync(CancellationToken ct)
    {
        try
        {
            await declarer.DeclareAsync(ct);
        }
        catch (ConfigurationException e)
        {
            foreach (var mistake in e.Mistakes) logger.LogError("The topology cannot be declared again: {Mistake}", mistake);
        }
    }

    private void Note(TopologyReport report)
    {
        string[] problems =
        [
            .. report.Differences.Where(difference => difference.Severity == DifferenceSeverity.Error && difference.IsNeededBy(_modules))
                .Select(difference => $"{difference.Kind} {difference.Name}: expected {difference.Expected}, found {difference.Actual}"),
        ];
        foreach (var problem in problems.Except(Problems)) logger.LogError("Topology: {Problem}", problem);
        if (problems.Length == 0 && Problems.Count > 0) logger.LogInformation("Topology: complete again");
        Problems = problems;
    }
}
