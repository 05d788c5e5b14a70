using Fulfillment.Contracts;
using Fulfillment.Messaging;

namespace Architecture.Tests;

/// <summary>Violations that the rules must catch. Nothing runs them.</summary>
public static class Planted
{
    public class Open;

    public sealed class NoRecord;

    public record OpenEvent() : BaseEvent("OPEN", "planted"), IRoutedEvent
    {
        public static EventRoute Route { get; } = new(Exchanges.Order, "order.open");
    }

    public sealed record UnroutableEvent() : BaseEvent("UNROUTED", "planted");

    /// <summary>An event as it should be, but unknown to serializer, exchanges and subscribers.</summary>
    public sealed record UnknownEvent() : BaseEvent("UNKNOWN", "planted"), IRoutedEvent
    {
        public static EventRoute Route { get; } = new("planted.events", "planted.unknown");
    }

    public sealed class OneConsumer : IConsumer<OrderCreatedEvent>
    {
        public Task HandleAsync(OrderCreatedEvent message, CancellationToken ct) => Task.CompletedTask;
    }

    public sealed class TwoConsumers : IConsumer<OrderCreatedEvent>, IConsumer<PaymentFailedEvent>
    {
        public Task HandleAsync(OrderCreatedEvent message, CancellationToken ct) => Task.CompletedTask;

        public Task HandleAsync(PaymentFailedEvent message, CancellationToken ct) => Task.CompletedTask;
    }
}
