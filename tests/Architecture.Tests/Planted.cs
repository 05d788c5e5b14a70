using Fulfillment.Contracts;
using Wolverine.Attributes;

namespace Architecture.Tests;

/// <summary>Violations that the rules must catch. Nothing runs them.</summary>
public static class Planted
{
    public class Open;

    public sealed class NoRecord;

    public record OpenEvent() : BaseEvent("OPEN", "planted"), IRoutedEvent
    {
        public static EventRoute Route { get; } = new(Exchanges.Order, "order.open");

        public override long AboutOrder => 0;
    }

    public sealed record UnroutedEvent() : BaseEvent("UNROUTED", "planted")
    {
        public override long AboutOrder => 0;
    }

    /// <summary>An event as it should be, but unknown to serializer, exchanges and subscribers.</summary>
    public sealed record UnknownEvent() : BaseEvent("UNKNOWN", "planted"), IRoutedEvent
    {
        public static EventRoute Route { get; } = new("planted.events", "planted.unknown");

        public override long AboutOrder => 0;
    }

    [StickyHandler("planted-queue")]
    public sealed class GoodHandler
    {
        public static void Handle(OrderCreatedEvent message) => ArgumentNullException.ThrowIfNull(message);
    }

    [StickyHandler("planted-queue")]
    public sealed class SecondHandler
    {
        public static void Handle(OrderCreatedEvent message) => ArgumentNullException.ThrowIfNull(message);
    }

    public sealed class UnboundHandler
    {
        public static void Handle(OrderCreatedEvent message) => ArgumentNullException.ThrowIfNull(message);
    }

    [StickyHandler("planted-queue")]
    public sealed class ForeignHandler
    {
        public static void Handle(PaymentFailedEvent message) => ArgumentNullException.ThrowIfNull(message);
    }

    [StickyHandler("planted-queue")]
    public sealed class TwoMethodsHandler
    {
        public static void Handle(OrderCreatedEvent message) => ArgumentNullException.ThrowIfNull(message);

        public static void Handle(PaymentFailedEvent message) => ArgumentNullException.ThrowIfNull(message);
    }

    public sealed class TakesAnEvent
    {
        public static void Consume(OrderCreatedEvent message) => ArgumentNullException.ThrowIfNull(message);
    }
}
