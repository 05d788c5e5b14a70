using System.Diagnostics;
using System.Globalization;
using Fulfillment.Chaos.Checks;
using Fulfillment.Chaos.Customers;
using Fulfillment.Chaos.Faults;
using Fulfillment.Chaos.TestEnvironment;
using Fulfillment.Cli.Audit;
using Fulfillment.Harness;

namespace Fulfillment.Chaos;

/// <summary>
/// The common steps of every kind of run: the load generator places orders during the faults, then the system stops and is checked.
/// </summary>
internal sealed class ChaosRun(ChaosOptions options, ChaosEnvironment system, LoadGenerator generator)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(20);
    private const int AuditExamples = 3;
    private readonly Stopwatch _clock = new();

    public ChaosOptions Options => options;

    public ChaosEnvironment SystemUnderTest => system;

    public LoadGenerator LoadGenerator => generator;

    public RedeliveryMeter Redeliveries { get; } = new(system);

    /// <summary>Time under faults.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    public string ReportFile => Repository.NewFile($"artifacts/chaos/report-{options.Seed}.md");

    public IdleCheck IdleCheck => new(system, SnapshotReader);

    private SnapshotReader SnapshotReader => new(system);

    /// <summary>Places orders for as long as the faults last.</summary>
    public async Task UnderLoadAsync(Func<Task> happen, CancellationToken ct)
    {
        using var happened = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var visits = generator.ComeAsync(options.OrdersPerSecond, int.MaxValue, happened.Token, ct);
        var meter = Redeliveries.RunAsync(happened.Token);
        var progress = ShowAsync(happened.Token);
        _clock.Start();
        try
        {
            await happen();
        }
        finally
        {
            _clock.Stop();
            await happened.CancelAsync();
            await Task.WhenAll(visits, meter, progress).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await visits;
    }

    /// <summary>Waits until the system is idle and compares everything while it runs.</summary>
    public async Task<(DatabaseSnapshot DatabaseSnapshot, IReadOnlyList<string> Violations)> CheckAsync(
        IReadOnlyDictionary<string, PoisonMessage> poison, CancellationToken ct)
    {
        await IdleCheck.WaitAsync(ct);
        return await CompareAsync(poison, await AuditAsync(ct), ct);
    }

    /// <summary>
    /// The same, after the processes have been stopped: messages that they had not acknowledged are in their queues again.
    /// </summary>
    public async Task<(DatabaseSnapshot DatabaseSnapshot, IReadOnlyList<string> Violations)> EndAsync(
        IReadOnlyDictionary<string, PoisonMessage> poison, CancellationToken ct)
    {
        await IdleCheck.WaitAsync(ct);
        var audited = await AuditAsync(ct);
        await system.StopAsync(ct);
        return await CompareAsync(poison, audited, ct);
    }

    private async Task<(DatabaseSnapshot DatabaseSnapshot, IReadOnlyList<string> Violations)> CompareAsync(
        IReadOnlyDictionary<string, PoisonMessage> poison, IReadOnlyList<string> audited, CancellationToken ct)
    {
        var snapshot = await SnapshotReader.ReadAsync(poison, ct);
        return (
            snapshot, [.. system.Log.Violations, .. audited, .. ChaosChecks.Find(generator.History.Placements, snapshot, OrderMix.Stock)]);
    }

    /// <summary>Violations that the modules report over HTTP.</summary>
    private async Task<IReadOnlyList<string>> AuditAsync(CancellationToken ct)
    {
        using var client = new AuditClient(
            new AuditAddresses(system["Order"], system["Inventory"], system["Payment"], system["Notification"]));
        try
        {
            return
            [
                .. from check in await client.CheckAsync(openSeconds: null, ct)
                   where check.Violations > 0
                   select $"audit: {check.Name} is violated {check.Violations} times, {check.Description}: "
                       + $"{string.Join("; ", check.Examples.Take(AuditExamples).Select(example => $"{example.Key}: {example.What}"))}",
            ];
        }
        catch (NoAnswerException e)
        {
            return [$"audit: {e.Message}"];
        }
    }

    private async Task ShowAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            await Task.Delay(ProgressInterval, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (until.IsCancellationRequested) return;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{_clock.Elapsed.TotalSeconds,5:0} s  {generator.History.Placements.Count} orders posted, {system.Log["kill -9"]} kills, "
                + $"{system.Log["fault broker-kill"]} of the broker, {system.Log["fault postgres-crash"]} of PostgreSQL, "
                + $"{system.Log.Violations.Count} violations"));
        }
    }
}
