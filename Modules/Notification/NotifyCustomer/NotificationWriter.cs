using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Notification.NotifyCustomer;

/// <summary>
/// Records notifications, many at once. The result is the newly recorded notifications; it is empty for a repeated event.
/// </summary>
public sealed class NotificationWriter(TimeProvider time) : IBatchWriter<NotificationContent, IReadOnlyList<NotificationLog>>
{
    private const string Insert = """
        INSERT INTO notification_logs (event_id, order_id, customer_id, channel, recipient, subject, message, sent_at)
        SELECT *, $8 FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::notification_channel[], $5::text[], $6::text[], $7::text[])
        ON CONFLICT (event_id, channel) DO NOTHING
        RETURNING event_id, channel
        """;

    public async Task<IReadOnlyList<IReadOnlyList<NotificationLog>>> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<NotificationContent> items)
    {
        var now = time.NowToMicrosecond();
        NotificationLog[] logs =
        [
            .. items.DistinctBy(content => content.EventId).OrderBy(content => content.EventId)
                .SelectMany(content => content.Address(now)),
        ];
        await using var batch = new NpgsqlBatch(connection).Add(
            Insert,
            logs.Select(log => log.EventId).ToArray(),
            logs.Select(log => log.OrderId).ToArray(),
            logs.Select(log => log.CustomerId).ToArray(),
            logs.Select(log => log.Channel).ToArray(),
            logs.Select(log => log.Recipient).ToArray(),
            logs.Select(log => log.Subject).ToArray(),
            logs.Select(log => log.Message).ToArray(),
            now);
        await using var reader = await batch.ExecuteReaderAsync();
        var recorded = (await reader.ReadAllAsync(row => (row.GetGuid(0), row.GetFieldValue<NotificationChannel>(1)))).ToHashSet();
        var fresh = logs.Where(log => recorded.Contains((log.EventId, log.Channel))).ToLookup(log => log.EventId);
        // Content that occurs twice in the batch is recorded once: its first caller gets it.
        var given = new HashSet<Guid>();
        return [.. items.Select(content => given.Add(content.EventId) ? [.. fresh[content.EventId]] : (IReadOnlyList<NotificationLog>)[])];
    }
}
