using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Microsoft.Extensions.Logging;

namespace Fulfillment.Operations.Gauges;

/// <summary>
/// Gauges that other servers answer: the databases and the broker. They are read at a scrape. They show nothing while a server is
/// unavailable, because an old number would be taken for a current one.
/// </summary>
internal sealed class GaugeMetrics
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private readonly IReadOnlyList<ModuleGauges> _modules;
    private readonly QueueStats _queues;
    private readonly ILogger<GaugeMetrics> _logger;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, long>> _numbers = [];
    private IReadOnlyDictionary<string, QueueNumbers> _queueNumbers = new Dictionary<string, QueueNumbers>();

    public GaugeMetrics(IEnumerable<ModuleGauges> modules, QueueStats queues, IMeterFactory meters, ILogger<GaugeMetrics> logger)
    {
        (_modules, _queues, _logger) = ([.. modules], queues, logger);
        var meter = meters.Create(Telemetry.MeterName);
        foreach (var gauge in _modules.SelectMany(module => module.DatabaseGauges).DistinctBy(gauge => gauge.Metric))
            meter.CreateObservableGauge<long>(gauge.Metric, () => Measure(gauge), description: gauge.Description);
        meter.CreateObservableGauge<long>(
            "fulfillment_unrouted",
            () => Measure(queue => queue == Topology.UnroutableQueue, numbers => numbers.Messages)
                .Select(one => new Measurement<long>(one.Value)),
            description: "Unroutable messages, which no queue took.");
        meter.CreateObservableGauge<long>(
            "fulfillment_queue_messages", () => Measure(_ => true, numbers => numbers.Messages),
            description: "Messages in a queue, waiting or being handled.");
        meter.CreateObservableGauge<long>(
            "fulfillment_queue_consumers", () => Measure(_ => true, numbers => numbers.Consumers),
            description: "Listeners of a queue, of all processes.");
    }

    /// <summary>Asks for the numbers that are shown next.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Timeout);
        await Task.WhenAll(
            TryAsync(
                async () => _queueNumbers = await _queues.GetAsync(timeout.Token),
                () => _queueNumbers = new Dictionary<string, QueueNumbers>()),
            Task.WhenAll(_modules.Select(module => TryAsync(
                async () => _numbers[module.Module] = await module.GetAsync(timeout.Token),
                () => _numbers.TryRemove(module.Module, out _)))));
    }

    private async Task TryAsync(Func<Task> read, Action invalidate)
    {
        try
        {
            await read();
        }
#pragma warning disable CA1031 // The other metrics are shown after any failure; health checks name the unavailable dependency.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.LogDebug(e, "Some gauges are not shown: {Reason}", e.Message);
            invalidate();
        }
    }

    private IEnumerable<Measurement<long>> Measure(DatabaseGauge gauge) =>
        from module in _numbers
        where module.Value.ContainsKey(gauge.Name)
        select new Measurement<long>(module.Value[gauge.Name], new KeyValuePair<string, object?>("module", module.Key));

    private IEnumerable<Measurement<long>> Measure(Func<string, bool> which, Func<QueueNumbers, long?> what) =>
        from queue in _queues.Queues
        where which(queue) && _queueNumbers.ContainsKey(queue)
        let number = what(_queueNumbers[queue])
        where number is not null
        select new Measurement<long>(number.Value, new KeyValuePair<string, object?>("queue", queue));
}
