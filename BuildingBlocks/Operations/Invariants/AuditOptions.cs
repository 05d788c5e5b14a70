using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Operations.Invariants;

/// <summary>Settings of the auditor, section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>
    /// Time between two audits of the background job, from a second to a day. Each interval is up to a fifth longer, so that
    /// modules spread.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Longest time of one statement, and so of the snapshot that keeps the database from cleaning up. A check that needs longer
    /// is not made; the others are.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Seconds that something may be open before it is a violation.</summary>
    [Range(0, 86_400)]
    public int OpenSeconds { get; init; } = 120;
}
