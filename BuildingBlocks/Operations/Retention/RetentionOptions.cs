using System.ComponentModel.DataAnnotations;

namespace Fulfillment.BuildingBlocks.Operations.Retention;

/// <summary>Settings of what is removed after some time, section <c>Retention</c>. An empty value keeps rows for ever.</summary>
public sealed class RetentionOptions
{
    /// <summary>Age at which a dead letter that was replayed and has not failed again is removed, from an hour on.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan? ReplayedDeadLetters { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Time after the end of an import at which its rejected rows are removed, from an hour on. Imports that can be resumed keep theirs.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan? ImportErrors { get; init; } = TimeSpan.FromDays(90);
}
