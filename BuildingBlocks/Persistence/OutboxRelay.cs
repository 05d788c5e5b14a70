using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>
/// Publishes the pending events of a module: right after the commit that stored them, when <see cref="Wake"/> says so, and by
/// polling what another process left behind. A batch leaves the table in the transaction that outlives its confirms, so a crash
/// publishes again, with the same ids, rather than never; replicas skip each other's batches.
/// </summary>
public sealed class OutboxRelay<TContext>(
    ModuleDatabase<TContext> database, EventPublisher publisher, Startup startup, ILogger<OutboxRelay<TContext>> logger)
    : BackgroundService
    where TContext : DbContext
{
    private const int MaxBatch = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Says that something was committed to the outbox.</summary>
    public void Wake()
    {
        // Two callers may both see zero; the second release would exceed the limit of one, and one wake-up is enough.
        if (_wake.CurrentCount > 0) return;
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            logger.LogTrace("The relay is already awake");
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.DatabasesReady.WaitAsync(stoppingToken);
        // A batch that has begun is finished when the process stops: cut off, it would be published again.
        using var patience = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => patience.CancelAfter(LastWords));
        var failures = 0;
        bool last;
        do
        {
            last = stoppingToken.IsCancellationRequested;
            try
            {
                while (await PublishBatchAsync(patience.Token) == MaxBatch)
                {
                }

                if (failures > 0) logger.LogInformation("{Module}: pending events are being published again", database.Module);
                failures = 0;
            }
#pragma warning disable CA1031 // Events must leave whatever has happened: a relay that has ended would keep them for ever.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures++;
                if (!TransientFailure.Is(e)) logger.LogError(e, "{Module}: pending events wait for something unexpected", database.Module);
                else if (failures == 1) logger.LogWarning("{Module}: pending events wait, {Reason}", database.Module, e.Message);
            }

            await RestAsync(failures, stoppingToken);
        }
        while (!last);
    }

    // What is stored while nothing can be published needs no attempt of its own.
    private async Task RestAsync(int failures, CancellationToken stoppingToken)
    {
        var pause = Poll * Math.Min(Math.Pow(2, Math.Max(0, failures - 1)), LongestPause / Poll) * (failures == 0 ? 1 : 0.75 + (Random.Shared.NextDouble() / 2));
        await (failures == 0 ? _wake.WaitAsync(pause, stoppingToken) : Task.Delay(pause, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<int> PublishBatchAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var take = connection.CreateCommand();
        take.CommandText = """
            DELETE FROM outbox_messages
            WHERE event_id IN (SELECT event_id FROM outbox_messages ORDER BY event_id LIMIT $1 FOR UPDATE SKIP LOCKED)
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
        var published = Task.WhenAll(messages.Select(message => publisher.PublishAsync(message, ct)));
        Failpoint.Hit("relay-before-confirm");
        await published;
        Failpoint.Hit("relay-before-commit");
        await transaction.CommitAsync(ct);
        return messages.Count;
    }
}
