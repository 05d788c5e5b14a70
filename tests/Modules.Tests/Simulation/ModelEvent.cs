using System.Text.Json;
using Fulfillment.Host;
using Fulfillment.Messaging;

namespace Modules.Tests.Simulation;

/// <summary>An event of the model: what the handlers read of it.</summary>
internal sealed record ModelEvent(string Type, long Order, Guid Id, string? Reason = null)
{
    /// <summary>The event that this one has led to; its id is derived, so that it is the same however often it is announced.</summary>
    public ModelEvent Causes(string type, string? reason = null) => new(type, Order, DeterministicGuid.From(Id, type), reason);

    public override string ToString() => $"{Type} of {Order}";
}

/// <summary>A message in the queue of a module.</summary>
internal sealed record Delivery(string Module, ModelEvent Event)
{
    public override string ToString() => $"{Event} at {Module}";
}

/// <summary>Who gets which event: what the modules really subscribe to.</summary>
internal static class Routes
{
    private static readonly ILookup<string, string> Subscribers = ModuleCatalog.All
        .SelectMany(module => module.Subscriptions, (module, subscription) => (
            Type: JsonNamingPolicy.SnakeCaseUpper.ConvertName(subscription.EventType.Name.Replace("Event", "", StringComparison.Ordinal)),
            Module: module.Name))
        .ToLookup(route => route.Type, route => route.Module);

    public static IEnumerable<Delivery> Of(ModelEvent modelEvent) =>
        Subscribers[modelEvent.Type].Select(module => new Delivery(module, modelEvent));
}
