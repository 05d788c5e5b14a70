using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Persistence;

/// <summary>
/// Publishes the pending events of a module: right after the commit that stored them, when it is woken, and by polling for events
/// that another process left behind. A batch leaves the table in the transaction that outlives its confirms. A crash therefore
/// publishes it again, with the same ids, rather than never. Replicas skip each other's batches.
/// </summary>
public sealed class OutboxRelay<TContext>(
    ModuleDatabase<TContext> database, EventPublisher publisher, Startup startup, TimeProvider time, ILogger<OutboxRelay<TContext>> logger)
    : PollingWorker(startup, time, logger)
    where TContext : DbContext
{
    private const int MaxBatch = 500;

    // A batch mostly waits for confirms and for its commit, so the batches of a backlog overlap.
    private const int Lanes = 3;

    /// <inheritdoc />
    protected override string Work => $"pending events of {database.Module}";

    /// <inheritdoc />
    protected override Task WhenReadyAsync(CancellationToken ct) => publisher.WhenReadyAsync(ct);

    /// <inheritdoc />
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        if (await RelayBatchAsync(ct) < MaxBatch) return false;
        var published = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => RelayBatchAsync(ct)));
        return published.Contains(MaxBatch);
    }

    /// <summary>Publishes a batch.</summary>
    /// <returns>The number of its events.</returns>
    private async Task<int> RelayBatchAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var take = connection.CreateCommand();
        // An array, which is read once: planned for an empty table, a subquery after IN is read again for every row,
        // and each time finds further ones.
        take.CommandText = """
            DELETE FROM outbox_messages
            WHERE event_id = ANY (ARRAY(SELECT event_id FROM outbox_messages ORDER BY event_id LIMIT $1 FOR UPDATE SKIP LOCKED))
            RETURNING event_id, event_type, exchange, routing_key, body, trace_parent
            """;
        take.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxBatch });
        List<OutgoingMessage> messages;
        await using (var reader = await take.ExecuteReaderAsync(ct))
        {
            messages = await reader.ReadAllAsync(row => new OutgoingMessage(
                row.GetGuid(0), row.GetString(1), new EventRoute(row.GetString(2), row.GetString(3)),
                row.GetFieldValue<byte[]>(4), row.IsDBNull(5) ? null : row.GetString(5)));
        }

        if (messages.Count == 0) return 0;
        Failpoint.Hit("relay-after-read");
        var publishing = Task.WhenAll(messages.Select(message => publisher.PublishAsync(message, ct)));
        Failpoint.Hit("relay-before-confirm");
        await publishing;
        Failpoint.Hit("relay-before-commit");
        await transaction.CommitAsync(ct);
        return messages.Count;
    }
}
