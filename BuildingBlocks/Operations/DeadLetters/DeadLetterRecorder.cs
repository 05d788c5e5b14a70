using System.Threading.Channels;
using RabbitMQ.Client.Events;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>
/// Moves messages from the dead-letter queue of a module into its database, where operators look at them and work them off. A
/// message is acknowledged after its commit; while broker or database are unavailable it stays in its queue.
/// </summary>
internal sealed class DeadLetterRecorder<TContext>(
    ModuleDatabase<TContext> database, BrokerConnection broker, Topology topology, Startup startup,
    TimeProvider time, ILogger<DeadLetterRecorder<TContext>> logger)
    : PollingWorker(startup, time, logger)
    where TContext : DbContext
{
    private const ushort Prefetch = 20;
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(5);
    private readonly string _queue = topology.Modules.Single(module => module.Name == database.Module).DeadLetterQueue;

    protected override string Work => $"dead letters of {database.Module}";

    protected override bool StopsAtOnce => true;

    protected override Task WhenReadyAsync(CancellationToken ct) => Startup.MessagingReady.WaitAsync(ct);

    /// <summary>Records until the channel or the queue is gone, which throws, or until the process stops.</summary>
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var channel = await broker.OpenChannelAsync(ct: ct);
        await channel.BasicQosAsync(0, Prefetch, global: false, ct);
        var arrived = Channel.CreateUnbounded<(ulong Tag, DeadLetter Message)>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            // Read at once, because the client takes the memory of the body back; only a bounded part of it is kept.
            arrived.Writer.TryWrite((delivery.DeliveryTag, Read(delivery)));
            return Task.CompletedTask;
        };
        consumer.ShutdownAsync += (_, reason) => EndAsync(new IOException($"the channel was closed: {reason.ReplyText}"));
        consumer.UnregisteredAsync += (_, _) => EndAsync(new IOException("the broker cancelled the consumer"));
        await channel.BasicConsumeAsync(_queue, autoAck: false, consumer, ct);
        Succeeds();

        await foreach (var (tag, message) in arrived.Reader.ReadAllAsync(ct))
        {
            if (await RecordAsync(message, ct))
            {
                Failpoint.Hit("dead-letter-after-record");
                await channel.BasicAckAsync(tag, multiple: false, CancellationToken.None);
            }
            else
            {
                await channel.BasicNackAsync(tag, multiple: false, requeue: true, CancellationToken.None);
            }
        }

        return false;

        Task EndAsync(IOException reason)
        {
            arrived.Writer.TryComplete(reason);
            return Task.CompletedTask;
        }
    }

    private DeadLetter Read(BasicDeliverEventArgs delivery)
    {
        var body = delivery.Body.Span;
        try
        {
            return DeadLetterReader.Read(
                _queue, delivery.Exchange, delivery.RoutingKey, delivery.BasicProperties, body, topology, Time.GetUtcNow());
        }
#pragma warning disable CA1031 // A fault of one message must not keep the others from being recorded.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogError(e, "{Queue}: a message cannot be read, and only its body is kept", _queue);
            return DeadLetterReader.Bare(_queue, DeadLetterReader.KeyOf(_queue, null, body), body, body.Length, e, Time.GetUtcNow());
        }
    }

    /// <summary>
    /// True when the message is stored, or at least its body is; false when the database refuses both, so that others
    /// get their turn before it is tried again.
    /// </summary>
    private async Task<bool> RecordAsync(DeadLetter message, CancellationToken ct, bool isBare = false)
    {
        try
        {
            await StoreAsync(message, ct);
            return true;
        }
#pragma warning disable CA1031 // A fault of one message must not keep the others from being recorded.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (isBare)
            {
                logger.LogError(e, "{Queue}: a dead letter of {Origin} cannot be stored and stays in the queue", _queue, message.Queue);
                await Task.Delay(MaxRetryDelay, ct);
                return false;
            }

            logger.LogError(
                e, "{Queue}: a dead letter of {Origin} cannot be stored as it came, and only its body is kept", _queue, message.Queue);
            var bare = DeadLetterReader.Bare(message.Queue, message.DedupeKey, message.Body, message.BodyBytes, e, message.FailedAt);
            return await RecordAsync(bare, ct, isBare: true);
        }
    }

    private async Task StoreAsync(DeadLetter message, CancellationToken ct)
    {
        var retry = Retry.While(
            TransientErrors.Is, failures => failures <= 3 ? TimeSpan.FromSeconds(1 << (failures - 1)) : MaxRetryDelay,
            (e, _) => logger.LogWarning(e, "{Queue}: dead letters wait for the database", _queue));
        await retry.ExecuteAsync(async token => await database.Source.RecordAsync(message, token), ct);
        logger.LogDebug("{Queue}: dead letter of {Origin} recorded, {Reason}", _queue, message.Queue, message.ExceptionType);
    }
}
