using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Fulfillment.BuildingBlocks.Observability;

namespace Fulfillment.BuildingBlocks.Operations.Invariants;

/// <summary>The gauge <c>fulfillment_invariant_violations{module,check}</c>, which shows what the background job has found last.</summary>
internal sealed class InvariantMetrics
{
    private readonly ConcurrentDictionary<string, InvariantReport> _reports = [];

    public InvariantMetrics(IMeterFactory meters) => meters.Create(MetricsSetup.MeterName).CreateObservableGauge(
        "fulfillment_invariant_violations", Measure, description: "Violations of an invariant that the last audit of a module found.");

    public void Show(InvariantReport report) => _reports[report.Module] = report;

    /// <summary>Another replica audits from now on, or nobody can: an old number would be taken for a current one.</summary>
    public void Forget(string module) => _reports.TryRemove(module, out _);

    /// <summary>Violations that the last audit of a module has found; null when this process does not audit it.</summary>
    public long? ViolationsOf(string module) => _reports.TryGetValue(module, out var report) ? report.Checks.Sum(check => check.Violations) : null;

    private IEnumerable<Measurement<long>> Measure() =>
        from report in _reports.Values
        from check in report.Checks
        select new Measurement<long>(check.Violations, new("module", report.Module), new("check", check.Name));
}
