using Fulfillment.Contracts;
using Fulfillment.Core;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Wolverine.Runtime;
using Wolverine.Runtime.Handlers;

namespace Fulfillment.Messaging.Wolverine;

/// <summary>A message as the broker delivered it.</summary>
/// <param name="Properties">Properties with which it came; a dead letter keeps them.</param>
internal sealed record Delivery(IReadOnlyBasicProperties Properties);

/// <summary>
/// Handles every message of every queue: reads the body and calls the consumer that the queue's subscription names. Wolverine knows
/// only this one type of message and this handler, so it generates no code.
/// </summary>
internal sealed class DeliveryHandler(Topology topology) : MessageHandler<Delivery>
{
    public override void ConfigureChain(HandlerChain chain) =>
        (chain.SuccessLogLevel, chain.ProcessingLogLevel) = (LogLevel.None, LogLevel.None);

    protected override Task HandleAsync(Delivery message, MessageContext context, CancellationToken cancellation) =>
        ConsumeAsync(context.Envelope!.QueueName(), context.Envelope!.Data, context.Runtime.Services, cancellation);

    internal async Task ConsumeAsync(string? queue, ReadOnlyMemory<byte> body, IServiceProvider services, CancellationToken ct)
    {
        var (module, subscription) = topology.Find(queue) ?? throw new InvalidOperationException($"{queue} has no subscription.");
        var @event = EventReader.Read(subscription.EventType, body.Span);
        Failpoint.Hit(module.Name, "after-receive");
        MessageLogContext.Enter(module.Name, (@event as OrderEvent)?.OrderId, @event.EventId, @event.CorrelationId ?? @event.EventId);
        await subscription.Consume(services, @event, ct);
        Failpoint.Hit(module.Name, "after-publish");
    }
}
