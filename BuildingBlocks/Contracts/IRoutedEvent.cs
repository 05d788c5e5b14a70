namespace Fulfillment.Contracts;

/// <summary>Where an event is published.</summary>
/// <param name="Exchange">Topic exchange of the publishing module.</param>
/// <param name="RoutingKey">Key under which the event is published; bindings use the same key.</param>
public sealed record EventRoute(string Exchange, string RoutingKey);

/// <summary>An event that knows its route, so that publisher and subscriber cannot disagree about it.</summary>
public interface IRoutedEvent
{
    /// <summary>Exchange and routing key of this event type.</summary>
    static abstract EventRoute Route { get; }
}

/// <summary>Names of the topic exchanges, one per publishing module.</summary>
public static class Exchanges
{
    /// <summary>Events of the Order module.</summary>
    public const string Order = "order.events";

    /// <summary>Events of the Inventory module.</summary>
    public const string Inventory = "inventory.events";

    /// <summary>Events of the Payment module.</summary>
    public const string Payment = "payment.events";
}
