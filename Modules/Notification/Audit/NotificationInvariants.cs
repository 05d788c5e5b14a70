using Fulfillment.Operations.Invariants;

namespace Fulfillment.Notification.Audit;

/// <summary>What is always true of <c>notification_db</c>.</summary>
internal static class NotificationInvariants
{
    // An event is about one order, so its notifications lie in one slice.
    private static readonly Invariant ToldOnce = new(
        "told-once", "A customer is told of an event once per channel.", """
        SELECT min(order_id)::text, format('event %s was told %s times on channel %s', event_id, count(*), channel)
        FROM notification_logs WHERE order_id > $2 AND order_id <= $3 GROUP BY event_id, channel HAVING count(*) > 1
        """,
        slicedBy: "notification_logs.order_id");

    private static readonly Invariant ToldByEmail = new(
        "told-by-email", "A customer who is told of an event is told by e-mail, whatever other channels there are.", """
        SELECT min(order_id)::text, format('event %s was told on channels %s only', event_id, array_agg(channel))
        FROM notification_logs WHERE order_id > $2 AND order_id <= $3 GROUP BY event_id HAVING count(*) FILTER (WHERE channel = 1) = 0
        """,
        slicedBy: "notification_logs.order_id");

    public static IReadOnlyList<Invariant> All { get; } = [ToldOnce, ToldByEmail];
}
