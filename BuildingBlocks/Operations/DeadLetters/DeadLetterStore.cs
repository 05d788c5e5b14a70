namespace Fulfillment.Operations.DeadLetters;

/// <summary>Stores dead letters in the database of their module.</summary>
internal static class DeadLetterStore
{
    // A dead letter that failed again after its replay is open again; one that waits for its replay keeps its status. A replay with
    // an edited body has another key than its dead letter. The header that names the dead letter proves nothing, because any
    // publisher may send it: the body must be the edited one.
    private const string Upsert = """
        INSERT INTO dead_letters AS d (
          dedupe_key, queue, event_type, event_id, order_id, message_id, message_type, content_type, exchange, routing_key,
          body, body_bytes, headers, exception_type, exception_message, stack, attempts, failed_at, status)
        VALUES (
          coalesce((SELECT dedupe_key FROM dead_letters WHERE id = $19 AND edited_key = $1), $1),
          $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14, $15, $16, $17, $18, 'OPEN')
        ON CONFLICT (dedupe_key) DO UPDATE SET
          occurrences = d.occurrences + 1, exception_type = excluded.exception_type, exception_message = excluded.exception_message,
          stack = excluded.stack, attempts = excluded.attempts, failed_at = excluded.failed_at,
          status = CASE d.status WHEN 'REPLAYED' THEN 'OPEN' ELSE d.status END
        """;

    /// <summary>Stores a message, or notes that it has come again.</summary>
    public static async Task RecordAsync(this NpgsqlDataSource database, DeadLetter message, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection).Add(
            Upsert, message.DedupeKey, message.Queue, message.EventType, message.EventId, message.OrderId, message.MessageId,
            message.MessageType, message.ContentType, message.Exchange, message.RoutingKey, message.Body, message.BodyBytes,
            message.Headers, message.ExceptionType, message.ExceptionMessage, message.Stack, message.Attempts, message.FailedAt,
            message.ReplayOf);
        await batch.ExecuteNonQueryAsync(ct);
    }
}
