using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Stores dead letters in the database of their module.</summary>
internal sealed class DeadLetterStore<TContext>(ModuleDatabase<TContext> database)
    where TContext : DbContext
{
    // A dead letter that failed again after its replay is open again; one that waits for its replay keeps its status.
    private const string Insert = """
        INSERT INTO dead_letters AS d (
          dedupe_key, queue, event_type, event_id, order_id, message_id, message_type, content_type, exchange, routing_key,
          body, body_bytes, headers, exception_type, exception_message, stack, attempts, failed_at, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'OPEN')
        ON CONFLICT (dedupe_key) DO UPDATE SET
          occurrences = d.occurrences + 1, exception_type = excluded.exception_type, exception_message = excluded.exception_message,
          stack = excluded.stack, attempts = excluded.attempts, failed_at = excluded.failed_at,
          status = CASE d.status WHEN 'REPLAYED' THEN 'OPEN' ELSE d.status END
        """;

    // The header alone proves nothing, because any publisher may send it. The body must be the one that was replayed.
    private const string Reopen = """
        UPDATE dead_letters SET
          occurrences = occurrences + 1, exception_type = $3, exception_message = $4, stack = $5, attempts = $6, failed_at = $7,
          status = CASE status WHEN 'REPLAYED' THEN 'OPEN' ELSE status END
        WHERE id = $1 AND edited_key = $2
        """;

    /// <summary>Stores a message, or notes that it has come again.</summary>
    public async Task RecordAsync(FailedMessage message, CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        if (message.ReplayOf is { } id)
        {
            await using var reopen = new NpgsqlCommand(Reopen, connection);
            Add(reopen, NpgsqlDbType.Bigint, id);
            Add(reopen, NpgsqlDbType.Bytea, message.Key);
            AddFailure(reopen, message);
            if (await reopen.ExecuteNonQueryAsync(ct) > 0) return;
        }

        await using var insert = new NpgsqlCommand(Insert, connection);
        Add(insert, NpgsqlDbType.Bytea, message.Key);
        Add(insert, NpgsqlDbType.Text, message.Queue);
        Add(insert, NpgsqlDbType.Text, message.EventType);
        Add(insert, NpgsqlDbType.Uuid, message.EventId);
        Add(insert, NpgsqlDbType.Bigint, message.OrderId);
        Add(insert, NpgsqlDbType.Text, message.MessageId);
        Add(insert, NpgsqlDbType.Text, message.MessageType);
        Add(insert, NpgsqlDbType.Text, message.ContentType);
        Add(insert, NpgsqlDbType.Text, message.Exchange);
        Add(insert, NpgsqlDbType.Text, message.RoutingKey);
        Add(insert, NpgsqlDbType.Bytea, message.Body);
        Add(insert, NpgsqlDbType.Bigint, message.BodyBytes);
        Add(insert, NpgsqlDbType.Jsonb, message.Headers);
        AddFailure(insert, message);
        await insert.ExecuteNonQueryAsync(ct);
    }

    private static void AddFailure(NpgsqlCommand command, FailedMessage message)
    {
        Add(command, NpgsqlDbType.Text, message.ExceptionType);
        Add(command, NpgsqlDbType.Text, message.ExceptionMessage);
        Add(command, NpgsqlDbType.Text, message.Stack);
        Add(command, NpgsqlDbType.Integer, message.Attempts);
        Add(command, NpgsqlDbType.TimestampTz, message.FailedAt);
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
}
