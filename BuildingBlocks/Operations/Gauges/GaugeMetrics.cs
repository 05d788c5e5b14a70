using System.Diagnostics.Metrics;

namespace Fulfillment.Operations.Gauges;

/// <summary>Numbers that other servers answer. Those of an unavailable server are absent.</summary>
/// <param name="Modules">Gauges of the databases, by module and name.</param>
/// <param name="Queues">By the names of the queues.</param>
internal sealed record GaugeSnapshot(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Modules, IReadOnlyDictionary<string, QueueNumbers> Queues)
{
    public static GaugeSnapshot None { get; } =
        new(new Dictionary<string, IReadOnlyDictionary<string, long>>(), new Dictionary<string, QueueNumbers>());
}

/// <summary>
/// Gauges of the databases and the broker. They are read at a scrape, and are at most a second old. They show nothing while a server
/// is unavailable, because an old number would be taken for a current one.
/// </summary>
internal sealed class GaugeMetrics
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private readonly IReadOnlyList<ModuleGauges> _modules;
    private readonly QueueStats _queues;
    private readonly ILogger<GaugeMetrics> _logger;
    private readonly SingleFlightCache<GaugeSnapshot> _recent;
    private GaugeSnapshot _shown = GaugeSnapshot.None;

    public GaugeMetrics(
        IEnumerable<ModuleGauges> modules, QueueStats queues, IMeterFactory meters, TimeProvider time, ILogger<GaugeMetrics> logger)
    {
        (_modules, _queues, _logger) = ([.. modules], queues, logger);
        _recent = new SingleFlightCache<GaugeSnapshot>(Age, _ => ReadAsync(), time);
        var meter = meters.Create(Telemetry.MeterName);
        foreach (var gauge in _modules.SelectMany(module => module.Gauges).DistinctBy(gauge => gauge.Metric))
            meter.CreateObservableGauge<long>(gauge.Metric, () => Measure(gauge), description: gauge.Description);
        meter.CreateObservableGauge<long>(
            "fulfillment_unrouted",
            () => _shown.Queues.GetValueOrDefault(Topology.UnroutableQueue)?.Messages is { } messages
                ? [new Measurement<long>(messages)]
                : Array.Empty<Measurement<long>>(),
            description: "Unroutable messages, which no queue took.");
        meter.CreateObservableGauge<long>(
            "fulfillment_queue_messages", () => Measure(numbers => numbers.Messages),
            description: "Messages in a queue, waiting or being handled.");
        meter.CreateObservableGauge<long>(
            "fulfillment_queue_consumers", () => Measure(numbers => numbers.Consumers),
            description: "Listeners of a queue, of all processes.");
    }

    /// <summary>Reads the numbers that are shown next. It answers within seconds.</summary>
    public async Task<GaugeSnapshot> RefreshAsync(CancellationToken ct) => _shown = await _recent.GetAsync(ct);

    private async Task<GaugeSnapshot> ReadAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        var queues = OrNullAsync(_queues.ReadAsync(timeout.Token), timeout.Token);
        var numbers = await Task.WhenAll(_modules.Select(module => OrNullAsync(module.ReadAsync(timeout.Token), timeout.Token)));
        return new GaugeSnapshot(
            _modules.Zip(numbers).Where(module => module.Second is not null)
                .ToDictionary(module => module.First.Database.Module, module => module.Second!),
            await queues ?? GaugeSnapshot.None.Queues);
    }

    private async Task<T?> OrNullAsync<T>(Task<T> reading, CancellationToken ct)
        where T : class
    {
        try
        {
            return await reading.WaitAsync(ct);
        }
#pragma warning disable CA1031 // The other metrics are shown after any failure; health checks name the unavailable dependency.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.LogDebug(e, "Some gauges are not shown: {Reason}", e.Message);
            return null;
        }
    }

    private IEnumerable<Measurement<long>> Measure(DatabaseGauge gauge) =>
        from module in _shown.Modules
        where module.Value.ContainsKey(gauge.Name)
        select new Measurement<long>(module.Value[gauge.Name], new KeyValuePair<string, object?>("module", module.Key));

    private IEnumerable<Measurement<long>> Measure(Func<QueueNumbers, long?> what) =>
        from queue in _queues.Queues
        where _shown.Queues.ContainsKey(queue)
        let number = what(_shown.Queues[queue])
        where number is not null
        select new Measurement<long>(number.Value, new KeyValuePair<string, object?>("queue", queue));
}
