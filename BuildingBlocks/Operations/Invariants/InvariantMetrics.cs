using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Fulfillment.Operations.Invariants;

/// <summary>
/// The gauges <c>fulfillment_invariant_violations{module,check}</c>, with the last result of the background job, and
/// <c>fulfillment_invariant_unchecked{module,check}</c>, which is 1 when the last audit could not make the check.
/// </summary>
internal sealed class InvariantMetrics
{
    private readonly ConcurrentDictionary<string, InvariantReport> _reports = [];

    public InvariantMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Telemetry.MeterName);
        meter.CreateObservableGauge(
            "fulfillment_invariant_violations", () => Measure(check => check.NotChecked is null ? check.Violations : null),
            description: "Violations of an invariant that the last audit of a module found.");
        meter.CreateObservableGauge(
            "fulfillment_invariant_unchecked", () => Measure(check => check.NotChecked is null ? 0 : 1),
            description: "1 when the last audit of a module could not check an invariant.");
    }

    public void Show(InvariantReport report) => _reports[report.Module] = report;

    /// <summary>
    /// Removes a report when another replica audits from now on, or no replica can. An old number would be taken for a current
    /// one.
    /// </summary>
    public void Forget(string module) => _reports.TryRemove(module, out _);

    /// <summary>Violations that the last audit of a module has found; null when this process does not audit it.</summary>
    public long? ViolationsOf(string module) =>
        _reports.TryGetValue(module, out var report) ? report.Checks.Sum(check => check.Violations) : null;

    private IEnumerable<Measurement<long>> Measure(Func<InvariantCheck, long?> what) =>
        from report in _reports.Values
        from check in report.Checks
        let number = what(check)
        where number is not null
        select new Measurement<long>(number.Value, new("module", report.Module), new("check", check.Name));
}
