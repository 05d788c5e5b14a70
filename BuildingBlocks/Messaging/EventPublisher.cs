using System.Diagnostics;
using System.Text.Json;
using Fulfillment.Contracts;
using Fulfillment.Core;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fulfillment.Messaging;

/// <summary>A message ready for the wire.</summary>
/// <param name="EventId">Becomes the message id.</param>
/// <param name="EventType">Becomes the message type.</param>
/// <param name="Route">Exchange and routing key.</param>
/// <param name="Body">JSON in UTF-8.</param>
/// <param name="TraceParent">W3C trace context of the cause, if there is one.</param>
public sealed record OutgoingMessage(Guid EventId, string EventType, EventRoute Route, ReadOnlyMemory<byte> Body, string? TraceParent)
{
    /// <summary>Serializes an event, within the trace that is current.</summary>
    public static OutgoingMessage From<TEvent>(TEvent @event)
        where TEvent : BaseEvent, IRoutedEvent
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(@event, typeof(TEvent), ContractsJson.Default);
        return new OutgoingMessage(@event.EventId, @event.EventType, TEvent.Route, body, Activity.Current?.Id);
    }
}

/// <summary>
/// Publishes messages so that they cannot be lost: persistent, mandatory, and done only when the broker has confirmed. Several
/// channels with many unconfirmed messages each make waiting for the confirm cheap. A caller may treat the return of a publish as
/// durable.
/// </summary>
public sealed class EventPublisher(
    BrokerConnection connection, Topology topology, TopologyReadiness readiness, IOptions<RabbitMqOptions> options) : IAsyncDisposable
{
    private readonly ConfirmChannel[] _channels =
        [.. Enumerable.Range(0, options.Value.PublisherChannels).Select(_ => new ConfirmChannel(connection, options))];

    // The broker closes the channel of a message that it refuses, and a message from elsewhere must not disturb the events.
    private readonly ConfirmChannel _toQueues = new(connection, options);
    private uint _next;

    /// <summary>Publishes an event to its own exchange.</summary>
    /// <exception cref="PublishFailedException">
    /// The broker did not confirm in time, could not be reached, or has no queue for it, or the topology is not known to be complete.
    /// </exception>
    public Task PublishAsync<TEvent>(TEvent @event, CancellationToken ct = default)
        where TEvent : BaseEvent, IRoutedEvent =>
        PublishAsync(OutgoingMessage.From(@event), ct);

    internal async Task PublishAsync(OutgoingMessage message, CancellationToken ct = default)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = "application/json",
            MessageId = message.EventId.ToString(),
            Type = message.EventType,
        };
        using var activity = Telemetry.Publish(message.Route.RoutingKey, message.TraceParent);
        if ((activity?.Id ?? message.TraceParent) is { } trace)
            properties.Headers = new Dictionary<string, object?> { ["traceparent"] = trace };
        try
        {
            var channel = _channels[Interlocked.Increment(ref _next) % (uint)_channels.Length];
            await PublishAsync(channel, () => readiness.NotCompleteBecause, message.Route, properties, message.Body, ct);
        }
        catch (PublishFailedException e) when (IsMissing(e.InnerException))
        {
            readiness.Reset($"exchange '{message.Route.Exchange}', or a queue for its {message.Route.RoutingKey}, is missing");
            throw;
        }
    }

    /// <summary>Publishes to one queue of a module by the queue's name: dead letters, and their replays.</summary>
    /// <exception cref="PublishFailedException">
    /// The queue does not exist, or the broker did not confirm in time or could not be reached.
    /// </exception>
    internal Task PublishToQueueAsync(
        string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken ct = default) =>
        topology.ExchangeTo(queue) is { } exchange
            ? PublishAsync(_toQueues, () => null, new EventRoute(exchange, queue), properties, body, ct)
            : throw new PublishFailedException($"No module has a queue {queue}.");

    /// <summary>Completes when events can be published, as far as it is known.</summary>
    public Task WhenReadyAsync(CancellationToken ct) => readiness.WhenCompleteAsync(ct);

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        foreach (var channel in _channels.Append(_toQueues)) await channel.DisposeAsync();
    }

    private async Task PublishAsync(
        ConfirmChannel by, Func<string?> missing, EventRoute to, BasicProperties properties, ReadOnlyMemory<byte> body,
        CancellationToken ct)
    {
        try
        {
            // A blocked broker reads nothing from this connection, so messages would only pile up here.
            if (connection.BlockedBecause is { } reason) throw new IOException($"the broker takes no messages, {reason}");
            var channel = await by.GetAsync(ct);
            // After the channel was opened, which may have opened a new connection.
            if (missing() is { } why) throw new IOException($"the topology is not known to be complete, {why}");
            await channel.BasicPublishAsync(to.Exchange, to.RoutingKey, mandatory: true, properties, body, ct)
                .AsTask().WaitAsync(options.Value.PublishTimeout, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            throw new PublishFailedException(
                $"{properties.Type} {properties.MessageId} was not confirmed by exchange '{to.Exchange}': {e.Message}", e);
        }
    }

    // A return says that no queue takes the message, not even by the alternate exchange. An exchange that does not
    // exist closes the channel.
    private static bool IsMissing(Exception? e) =>
        e is PublishException { IsReturn: true } or OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound };
}
