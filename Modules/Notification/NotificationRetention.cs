using Fulfillment.Operations.Retention;

namespace Fulfillment.Notification;

/// <summary>Removes old notifications, those of an event together.</summary>
internal static class NotificationRetention
{
    public static RetentionRule Orders { get; } = RetentionRule.Orders(
        """
        SELECT DISTINCT event_id, order_id FROM (
            SELECT event_id, order_id FROM notification_logs
            WHERE id = ANY (ARRAY(SELECT id FROM notification_logs ORDER BY id LIMIT $2)) AND sent_at < now() - $1
            FOR UPDATE SKIP LOCKED) AS oldest
        """,
        """
        DELETE FROM notification_logs USING old WHERE notification_logs.event_id = old.event_id
        """);
}
