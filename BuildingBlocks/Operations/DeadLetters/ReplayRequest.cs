using System.Text.Json;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Names dead letters that failed in the same way.</summary>
public sealed record ReplayGroup(string ExceptionType, string EventType, string Queue);

/// <summary>Names open dead letters by their common properties; an absent property matches all of them.</summary>
public sealed record ReplayFilter(string? Queue = null, string? ExceptionType = null, string? EventType = null, long? OrderId = null)
{
    internal IQueryable<DeadLetter> ApplyTo(IQueryable<DeadLetter> deadLetters)
    {
        if (Queue is { } queue) deadLetters = deadLetters.Where(deadLetter => deadLetter.Queue == queue);
        if (ExceptionType is { } exception) deadLetters = deadLetters.Where(deadLetter => deadLetter.ExceptionType == exception);
        if (EventType is { } type) deadLetters = deadLetters.Where(deadLetter => deadLetter.EventType == type);
        if (OrderId is { } order) deadLetters = deadLetters.Where(deadLetter => deadLetter.OrderId == order);
        return deadLetters;
    }
}

/// <summary>Asks for a replay of dead letters that exactly one of ids, group and filter names.</summary>
/// <example>{ "filter": { "eventType": "ORDER_CREATED" }, "ratePerSecond": 50 }</example>
public sealed record ReplayRequest(
    IReadOnlyList<long>? Ids = null, ReplayGroup? Group = null, ReplayFilter? Filter = null, int? RatePerSecond = null, bool DryRun = false)
{
    private const int MaxIds = 1_000;
    private const int MaxRate = 10_000;

    /// <summary>The mistakes per field.</summary>
    public Dictionary<string, string[]> Check()
    {
        var errors = new Dictionary<string, string[]>();
        if (new object?[] { Ids, Group, Filter }.Count(selector => selector is not null) != 1)
            errors["ids"] = ["give exactly one of ids, group and filter"];
        if (Ids is { Count: 0 or > MaxIds }) errors["ids"] = [$"must be 1 to {MaxIds} numbers"];
        if (RatePerSecond is < 1 or > MaxRate) errors["ratePerSecond"] = [$"must be a number from 1 to {MaxRate}"];
        return errors;
    }

    /// <summary>The filter of a request that names a group or a filter; null when it names ids.</summary>
    internal ReplayFilter? Wanted => Group is { } group ? new ReplayFilter(group.Queue, group.ExceptionType, group.EventType) : Filter;
}

/// <summary>A body to put in the place of the one that failed.</summary>
public sealed record EditRequest(JsonElement Body);
