using System.Globalization;
using System.Text;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>
/// Puts queued dead letters back into their queues, and only there. The rows decide: a batch is locked, published with confirms,
/// marked as replayed and committed. A crash publishes some of it again, which consumers absorb as any redelivery. Replicas share
/// the work. The row of a replay holds the time of its next messages, so replicas share its rate too.
/// </summary>
internal sealed class DeadLetterReplayer<TContext>(
    ModuleDatabase<TContext> database, EventPublisher publisher, Startup startup, TimeProvider time,
    ILogger<DeadLetterReplayer<TContext>> logger)
    : PollingWorker(startup, time, logger)
    where TContext : DbContext
{
    private const int MaxBatch = 100;
    private const int BatchesPerSecond = 5;
    private bool _isUnfinished;

    protected override string Work => $"replays of {database.Module}";

    protected override TimeSpan Interval => TimeSpan.FromSeconds(_isUnfinished ? 1.0 / BatchesPerSecond : 2);

    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        _isUnfinished = false;
        if (await ReplayBatchAsync(ct)) return true;
        _isUnfinished = await IsUnfinishedAsync(ct);
        return false;
    }

    private async Task<bool> IsUnfinishedAsync(CancellationToken ct)
    {
        await using var command = database.Source.CreateCommand(
            "SELECT EXISTS (SELECT FROM dead_letter_replays WHERE finished_at IS NULL)");
        return await command.ExecuteScalarAsync(ct) is true;
    }

    /// <summary>False when there is nothing to do now.</summary>
    private async Task<bool> ReplayBatchAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await TakeAsync(connection, ct) is not var (replay, rate)) return false;
        var size = rate is { } limit ? Math.Clamp(limit / BatchesPerSecond, 1, MaxBatch) : MaxBatch;
        var messages = await ReadQueuedAsync(connection, replay, size, ct);

        var taken = await Task.WhenAll(messages.Select(message => PublishAsync(message, ct)));
        Failpoint.Hit("dead-letter-after-replay");

        await using var note = new NpgsqlBatch(connection);
        note.Add(
            "UPDATE dead_letters SET status = 'REPLAYED', replayed_at = now() WHERE id = ANY($1)",
            messages.Where((_, i) => taken[i]).Select(message => message.Id).ToArray());
        note.Add(
            "UPDATE dead_letters SET status = 'OPEN' WHERE id = ANY($1)",
            messages.Where((_, i) => !taken[i]).Select(message => message.Id).ToArray());
        note.Add(
            """
            UPDATE dead_letter_replays SET
              done = done + $2, failed = failed + $3, next_at = greatest(next_at, now()) + make_interval(secs => $4),
              finished_at = CASE WHEN NOT EXISTS (SELECT FROM dead_letters WHERE replay_id = $1 AND status = 'QUEUED') THEN now() END
            WHERE id = $1
            """,
            replay, taken.Count(done => done), taken.Count(done => !done),
            rate is { } perSecond ? (double)messages.Count / perSecond : 0.0);
        await note.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static async Task<(long Replay, int? Rate)?> TakeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var take = connection.CreateCommand();
        take.CommandText = """
            SELECT id, rate_per_second FROM dead_letter_replays
            WHERE finished_at IS NULL AND next_at <= now() ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """;
        await using var reader = await take.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetInt64(0), reader[1] as int?) : null;
    }

    private static async Task<List<QueuedMessage>> ReadQueuedAsync(NpgsqlConnection connection, long replay, int size, CancellationToken ct)
    {
        await using var read = new NpgsqlBatch(connection).Add(
            """
            SELECT id, queue, message_id, message_type, content_type, headers->>'traceparent', coalesce(edited_body, body)
            FROM dead_letters WHERE replay_id = $1 AND status = 'QUEUED' ORDER BY id LIMIT $2 FOR UPDATE
            """,
            replay, size);
        await using var reader = await read.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(row =>
        {
            var id = row.GetInt64(0);
            var headers = new Dictionary<string, object?> { [FailureHeaders.ReplayOf] = id.ToString(CultureInfo.InvariantCulture) };
            if (row[5] is string traceParent) headers["traceparent"] = Encoding.UTF8.GetBytes(traceParent);
            var properties = new BasicProperties
            {
                Persistent = true, Headers = headers,
                MessageId = row[2] as string, Type = row[3] as string, ContentType = row[4] as string,
            };
            return new QueuedMessage(id, row.GetString(1), properties, row.GetFieldValue<byte[]>(6));
        });
    }

    /// <summary>False when there is no such queue; any other failure ends the batch, which is tried again as a whole.</summary>
    private async Task<bool> PublishAsync(QueuedMessage message, CancellationToken ct)
    {
        try
        {
            await publisher.PublishToQueueAsync(message.Queue, message.Properties, message.Body, ct);
            return true;
        }
        catch (PublishFailedException e) when (e.InnerException is PublishException { IsReturn: true })
        {
            logger.LogWarning("{Module}: dead letter {Id} stays, there is no queue {Queue}", database.Module, message.Id, message.Queue);
            return false;
        }
    }

    private sealed record QueuedMessage(long Id, string Queue, BasicProperties Properties, byte[] Body);
}
