using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Operations.Retention;

/// <summary>Settings of the removal of old rows, section <c>Retention</c>. An empty value keeps rows for ever.</summary>
public sealed class RetentionOptions
{
    /// <summary>Age at which a dead letter that was replayed and has not failed again is removed, from an hour on.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan? ReplayedDeadLetters { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Time after the end of an import at which its rejected rows are removed, from an hour on. Imports that can be resumed keep
    /// theirs.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan? ImportErrors { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Time after the end of an import at which it is removed with its chunks, from an hour on; null keeps imports.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan? Imports { get; init; }

    /// <summary>
    /// Age at which an adjustment of stock is removed, from an hour on; null keeps adjustments. The stock does not change.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan? StockAdjustments { get; init; }

    /// <summary>
    /// Time after the last change at which each module removes its rows of an order that has ended, from a week on; null keeps
    /// everything. It must exceed the age of any message that may still be delivered or replayed: a message about a removed order
    /// is one about an unknown order.
    /// </summary>
    [Range(typeof(TimeSpan), "7.00:00:00", "3650.00:00:00")]
    public TimeSpan? Orders { get; init; }
}
