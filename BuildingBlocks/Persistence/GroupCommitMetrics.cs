using System.Diagnostics.Metrics;
using Fulfillment.Core;

namespace Fulfillment.Persistence;

/// <summary>Number of callers that share a transaction: the more there are, the cheaper each is.</summary>
internal static class GroupCommitMetrics
{
    // Of the process, like the writers, which tests create too.
    private static readonly Meter Meter = new(Telemetry.MeterName);

    public static Histogram<int> BatchSize { get; } = Meter.CreateHistogram(
        "fulfillment_group_commit_batch_size", description: "Callers that have shared a transaction.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] });
}
