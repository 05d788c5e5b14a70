namespace Fulfillment.BuildingBlocks.Operations.Invariants;

/// <summary>Something that is always true of a module's database. A module lists its invariants as data.</summary>
public sealed record Invariant
{
    /// <summary>Largest number of examples that a check shows.</summary>
    public const int MaxExamples = 20;

    /// <summary>States an invariant.</summary>
    /// <param name="name">Name of the check, lower case with hyphens; it labels the metric.</param>
    /// <param name="description">The sentence that is true.</param>
    /// <param name="sql">
    /// A constant query of the violations: a key and a short text, both of type text. <c>$1</c> is the number of seconds that something
    /// may be open.
    /// </param>
    public Invariant(string name, string description, string sql)
    {
        (Name, Description) = (name, description);
        Query = $"SELECT key, what, count(*) OVER () FROM (\n{sql}\n) AS violation (key, what) LIMIT {MaxExamples}";
    }

    /// <summary>Name of the check.</summary>
    public string Name { get; }

    /// <summary>The sentence that is true.</summary>
    public string Description { get; }

    /// <summary>Examples of violations, each with the number of all.</summary>
    internal string Query { get; }

    /// <summary>Of every module that has an outbox: what is pending is published soon.</summary>
    public static Invariant OutboxDrains { get; } = new(
        "outbox-drains", "No event waits in the outbox for longer than openSeconds.", """
        SELECT event_id::text, format('%s is pending since %s', event_type, created_at)
        FROM outbox_messages WHERE created_at < now() - make_interval(secs => $1)
        """);
}
