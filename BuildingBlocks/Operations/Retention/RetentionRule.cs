namespace Fulfillment.Operations.Retention;

/// <summary>Rows of a module that are removed after some time. A module lists its rules as data.</summary>
/// <param name="Name">Name of the removed rows, for the log.</param>
/// <param name="Age">The setting.</param>
/// <param name="Delete">
/// A constant statement that removes rows that are older than the interval <c>$1</c>, at most <c>$2</c> of them.
/// </param>
public sealed record RetentionRule(string Name, Func<RetentionOptions, TimeSpan?> Age, string Delete)
{
    /// <summary>
    /// Rows of a module about orders that have ended. Old rows have the smallest numbers, so only these are looked at. A rule
    /// costs little while there is nothing to remove.
    /// </summary>
    /// <param name="old">
    /// A constant query of the rows to remove, with their <c>order_id</c>: not changed within the interval <c>$1</c>, at most
    /// <c>$2</c> of them, locked.
    /// </param>
    /// <param name="delete">
    /// The statements that remove them, as further parts of the same WITH; the last one is the statement itself.
    /// </param>
    public static RetentionRule Orders(string old, string delete) => new(
        "ended orders", options => options.Orders, $"""
        WITH old AS MATERIALIZED (
        {old}),
        progress AS (UPDATE retention_progress SET orders_removed_to = greatest(orders_removed_to, (SELECT max(order_id) FROM old)))
        {delete}
        """);

    /// <summary>Idempotency keys that are older than a day. A key is honoured until it is removed.</summary>
    public static RetentionRule IdempotencyKeys { get; } = new(
        "idempotency keys", _ => TimeSpan.FromDays(1), """
        DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency_keys WHERE created_at < now() - $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """);

    /// <summary>Of every module. A dead letter that fails once more after its removal is recorded anew.</summary>
    public static RetentionRule ReplayedDeadLetters { get; } = new(
        "replayed dead letters", options => options.ReplayedDeadLetters, """
        DELETE FROM dead_letters WHERE id = ANY (ARRAY(
            SELECT id FROM dead_letters WHERE status = 'REPLAYED' AND replayed_at < now() - $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))
        """);
}
