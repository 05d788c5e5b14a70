namespace Fulfillment.Operations.Invariants;

/// <summary>A statement that is always true of a module's database. A module lists its invariants as data.</summary>
/// <param name="Name">Name of the check, lower case with hyphens; it labels the metric.</param>
/// <param name="Description">The sentence that is true.</param>
/// <param name="Sql">
/// A constant query of the violations: a key and a short text, both of type text. <c>$1</c> is the number of seconds that something
/// may be open. With <paramref name="SlicedBy"/>, <c>$2</c> and <c>$3</c> are a range of ids, the first one excluded.
/// </param>
/// <param name="SlicedBy">
/// <c>table.column</c> of the positive ids by which a large table is checked in slices, each in a snapshot of its own. The
/// result of a slice must not depend on other slices. Null when the query is cheap for tables of any size, or needs all of
/// them in one snapshot.
/// </param>
public sealed record Invariant(string Name, string Description, string Sql, string? SlicedBy = null)
{
    /// <summary>Largest number of examples that a check shows.</summary>
    public const int MaxExamples = 20;

    /// <summary>Examples of violations, each with the number of all.</summary>
    // Materialized: the limit must not make the planner believe that only the first rows are wanted.
    internal string Query { get; } = $"""
        WITH violation (key, what) AS MATERIALIZED (
        {Sql}
        ) SELECT key, what, count(*) OVER () FROM violation LIMIT {MaxExamples}
        """;

    /// <summary>Query of the largest id; null when the invariant is checked as a whole.</summary>
    internal string? LargestId { get; } =
        SlicedBy?.Split('.') is [var table, var column] ? $"SELECT coalesce(max({column}), 0) FROM {table}" : null;

    /// <summary>Of every module that has an outbox: pending events are published soon.</summary>
    public static Invariant OutboxDrains { get; } = new(
        "outbox-drains", "No event waits in the outbox for longer than openSeconds.", """
        SELECT event_id::text, format('%s is pending since %s', event_type, created_at)
        FROM outbox_messages WHERE created_at < now() - make_interval(secs => $1)
        """);
}
