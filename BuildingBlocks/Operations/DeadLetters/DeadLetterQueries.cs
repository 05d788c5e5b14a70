using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Selections of dead letters.</summary>
internal static class DeadLetterQueries
{
    public static IQueryable<DeadLetter> Matching(this IQueryable<DeadLetter> letters, ReplayFilter filter)
    {
        if (filter.Queue is { } queue) letters = letters.Where(letter => letter.Queue == queue);
        if (filter.ExceptionType is { } exception) letters = letters.Where(letter => letter.ExceptionType == exception);
        if (filter.EventType is { } type) letters = letters.Where(letter => letter.EventType == type);
        if (filter.OrderId is { } order) letters = letters.Where(letter => letter.OrderId == order);
        return letters;
    }

    /// <summary>Those that a group or filter may take: open, whole, and from a queue of the module.</summary>
    public static IQueryable<DeadLetter> Replayable(this IQueryable<DeadLetter> letters, IReadOnlyList<string> queues) => letters.Where(letter =>
        letter.Status == DeadLetterStatus.Open && queues.Contains(letter.Queue) && (letter.BodyBytes <= DeadLetter.MaxBody || letter.EditedBody != null));

    public static IQueryable<DeadLetterView> Views(this IQueryable<DeadLetter> letters) => letters.Select(d => new DeadLetterView(
        d.Id, d.Queue, d.EventType, d.EventId, d.OrderId, d.MessageId, d.ExceptionType, d.ExceptionMessage, d.Attempts, d.Occurrences, d.FailedAt,
        d.RecordedAt, d.Status, d.ReplayId, d.ReplayedAt, d.BodyBytes));

    public static Task<List<DeadLetterGroupView>> GroupsAsync(this IQueryable<DeadLetter> letters, int limit, CancellationToken ct) => letters
        .Where(letter => letter.Status == DeadLetterStatus.Open)
        .GroupBy(letter => new { letter.ExceptionType, letter.EventType, letter.Queue })
        .OrderByDescending(group => group.Count())
        .Take(limit)
        .Select(group => new DeadLetterGroupView(
            group.Key.ExceptionType, group.Key.EventType, group.Key.Queue, group.Count(), group.Min(letter => letter.FailedAt), group.Max(letter => letter.FailedAt)))
        .ToListAsync(ct);
}
