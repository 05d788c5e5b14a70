using Fulfillment.Operations.Invariants;

namespace Fulfillment.Notification.Audit;

/// <summary>Invariants of <c>notification_db</c>.</summary>
internal static class NotificationInvariants
{
    // An event is about one order, so all notifications of the event are in one slice.
    private static readonly Invariant NotifiedOnce = new(
        "told-once", "A customer is notified of an event once per channel.", """
        SELECT min(order_id)::text, format('event %s was notified %s times on channel %s', event_id, count(*), channel)
        FROM notification_logs WHERE order_id > $2 AND order_id <= $3 GROUP BY event_id, channel HAVING count(*) > 1
        """,
        SlicedBy: "notification_logs.order_id");

    private static readonly Invariant NotifiedByEmail = new(
        "notified-by-email", "A customer who is notified of an event is notified by e-mail, whatever other channels there are.", """
        SELECT min(order_id)::text, format('event %s was notified on channels %s only', event_id, array_agg(channel))
        FROM notification_logs WHERE order_id > $2 AND order_id <= $3 GROUP BY event_id HAVING count(*) FILTER (WHERE channel = 'EMAIL') = 0
        """,
        SlicedBy: "notification_logs.order_id");

    public static IReadOnlyList<Invariant> All { get; } = [NotifiedOnce, NotifiedByEmail];
}
