using System.Threading.Channels;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Fulfillment.BuildingBlocks.Operations.DeadLetters;

/// <summary>
/// Moves what arrives in the dead-letter queue of a module into its database, where it can be looked at and worked off. A message is
/// acknowledged after its commit; while broker or database are away it waits where it is.
/// </summary>
internal sealed class DeadLetterRecorder<TContext>(
    ModuleDatabase<TContext> database, DeadLetterStore<TContext> store, BrokerConnection broker, QueuePublisher queues, Topology topology, Startup startup, TimeProvider time,
    ILogger<DeadLetterRecorder<TContext>> logger)
    : BackgroundService
    where TContext : DbContext
{
    private const ushort Prefetch = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly string _queue = topology.Modules.Single(module => module.Name == database.Module).DeadLetterQueue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.DatabasesReady.WaitAsync(stoppingToken);
        await startup.MessagingReady.WaitAsync(stoppingToken);
        var last = "";
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Logged; whatever it was, the messages are still in their queue and the next try finds them there.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (e.Message != last) logger.LogWarning(e, "{Queue}: dead letters wait in their queue, {Reason}", _queue, e.Message);
                last = e.Message;
            }

            await Task.Delay(Pause, stoppingToken);
        }
    }

    /// <summary>Records until the channel or the queue is gone, which throws or returns, or until the process stops.</summary>
    private async Task ConsumeAsync(CancellationToken ct)
    {
        await using var channel = await broker.OpenChannelAsync(ct: ct);
        await channel.BasicQosAsync(0, Prefetch, global: false, ct);
        var arrived = Channel.CreateUnbounded<(ulong Tag, FailedMessage Message, ReturnedMessage? Returned)>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            try
            {
                // Read at once, because the client takes the memory of the body back; only a bounded part of it is kept.
                var message = FailedMessage.Read(
                    _queue, delivery.Exchange, delivery.RoutingKey, delivery.BasicProperties, delivery.Body.Span, topology, time.GetUtcNow());
                arrived.Writer.TryWrite((delivery.DeliveryTag, message, ReturnedMessage.Of(delivery.BasicProperties, delivery.Body.Span, topology)));
            }
#pragma warning disable CA1031 // Handed to whoever reads the channel.
            catch (Exception e)
#pragma warning restore CA1031
            {
                arrived.Writer.TryComplete(e);
            }

            return Task.CompletedTask;
        };
        consumer.ShutdownAsync += (_, reason) => Complete(new IOException($"the channel was closed: {reason.ReplyText}"));
        consumer.UnregisteredAsync += (_, _) => Complete(new IOException("the broker cancelled the consumer"));
        await channel.BasicConsumeAsync(_queue, autoAck: false, consumer, ct);

        await foreach (var (tag, message, returned) in arrived.Reader.ReadAllAsync(ct))
        {
            if (returned is not null) await queues.PublishAsync(returned.Queue, returned.Properties, returned.Body, ct);
            if (returned is not null || await RecordAsync(message, ct))
            {
                Failpoint.Hit("dead-letter-after-record");
                await channel.BasicAckAsync(tag, multiple: false, CancellationToken.None);
            }
            else
            {
                await channel.BasicNackAsync(tag, multiple: false, requeue: true, CancellationToken.None);
            }
        }

        Task Complete(Exception reason)
        {
            arrived.Writer.TryComplete(reason);
            return Task.CompletedTask;
        }
    }

    /// <summary>True when the message is stored; false when the database refuses it, so that others get their turn before it is tried again.</summary>
    private async Task<bool> RecordAsync(FailedMessage message, CancellationToken ct)
    {
        for (var pause = Pause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await store.RecordAsync(message, ct);
                logger.LogDebug("{Queue}: dead letter of {Origin} recorded, {Reason}", _queue, message.Queue, message.ExceptionType);
                return true;
            }
            catch (Exception e) when (!ct.IsCancellationRequested && TransientFailure.Is(e))
            {
                logger.LogWarning(e, "{Queue}: dead letters wait for the database", _queue);
                await Task.Delay(pause, ct);
            }
            catch (Npgsql.PostgresException e)
            {
                logger.LogError(e, "{Queue}: a dead letter of {Origin} cannot be stored", _queue, message.Queue);
                await Task.Delay(LongestPause, ct);
                return false;
            }
        }
    }
}
