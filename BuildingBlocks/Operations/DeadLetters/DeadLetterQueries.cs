using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Selections of dead letters.</summary>
internal static class DeadLetterQueries
{
    public static IQueryable<DeadLetter> Matching(this IQueryable<DeadLetter> deadLetters, ReplayFilter filter)
    {
        if (filter.Queue is { } queue) deadLetters = deadLetters.Where(deadLetter => deadLetter.Queue == queue);
        if (filter.ExceptionType is { } exception) deadLetters = deadLetters.Where(deadLetter => deadLetter.ExceptionType == exception);
        if (filter.EventType is { } type) deadLetters = deadLetters.Where(deadLetter => deadLetter.EventType == type);
        if (filter.OrderId is { } order) deadLetters = deadLetters.Where(deadLetter => deadLetter.OrderId == order);
        return deadLetters;
    }

    /// <summary>Those that a group or filter may take: open, whole, and from a queue of the module.</summary>
    public static IQueryable<DeadLetter> Replayable(this IQueryable<DeadLetter> deadLetters, IReadOnlyList<string> queues) =>
        deadLetters.Where(deadLetter =>
            deadLetter.Status == DeadLetterStatus.Open && queues.Contains(deadLetter.Queue)
            && (deadLetter.BodyBytes <= DeadLetter.MaxBody || deadLetter.EditedBody != null));

    public static IQueryable<DeadLetterView> Views(this IQueryable<DeadLetter> deadLetters) =>
        deadLetters.Select(d => new DeadLetterView(
            d.Id, d.Queue, d.EventType, d.EventId, d.OrderId, d.MessageId, d.ExceptionType, d.ExceptionMessage, d.Attempts,
            d.Occurrences, d.FailedAt, d.RecordedAt, d.Status, d.ReplayId, d.ReplayedAt, d.BodyBytes));

    public static Task<List<DeadLetterGroupView>> GroupsAsync(
        this IQueryable<DeadLetter> deadLetters, int limit, CancellationToken ct) => deadLetters
        .Where(deadLetter => deadLetter.Status == DeadLetterStatus.Open)
        .GroupBy(deadLetter => new { deadLetter.ExceptionType, deadLetter.EventType, deadLetter.Queue })
        .OrderByDescending(group => group.Count())
        .Take(limit)
        .Select(group => new DeadLetterGroupView(
            group.Key.ExceptionType, group.Key.EventType, group.Key.Queue, group.Count(),
            group.Min(deadLetter => deadLetter.FailedAt), group.Max(deadLetter => deadLetter.FailedAt)))
        .ToListAsync(ct);
}
