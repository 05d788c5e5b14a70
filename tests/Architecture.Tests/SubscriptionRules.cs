using System.Reflection;
using System.Text.RegularExpressions;
using Fulfillment.Contracts;
using Fulfillment.Host;
using Fulfillment.Messaging;

namespace Architecture.Tests;

/// <summary>Modules, consumers and contracts agree on queues, events and routes.</summary>
internal static partial class SubscriptionRules
{
    // The names that clients of the first system publish to and read from.
    private static readonly Dictionary<(string Consumer, string Event), string> Established = new()
    {
        [("Inventory", nameof(OrderCreatedEvent))] = "order-created-queue",
        [("Inventory", nameof(ImportChunkDueEvent))] = "product-import-queue",
        [("Payment", nameof(InventoryReservedEvent))] = "inventory-reserved-queue",
        [("Notification", nameof(InventoryFailedEvent))] = "inventory-failed-queue",
        [("Notification", nameof(PaymentCompletedEvent))] = "payment-completed-queue",
        [("Notification", nameof(PaymentFailedEvent))] = "payment-failed-queue",
    };

    /// <summary>A module with the types among which its consumers are.</summary>
    private sealed record Consumer(string Module, IReadOnlyList<Subscription> Subscriptions, IReadOnlyList<Type> Types);

    /// <summary>Event types, and who subscribes.</summary>
    private sealed record Reception(Type EventType, IReadOnlyList<Subscription> Subscriptions);

    private static IReadOnlyList<Consumer> Consumers =>
        [.. ModuleCatalog.All.Select(module => new Consumer(module.Name, module.Subscriptions, module.GetType().Assembly.GetTypes()))];

    private static IReadOnlyList<Subscription> Subscriptions => [.. ModuleCatalog.All.SelectMany(module => module.Subscriptions)];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new Rule<Consumer>(
            "Each event that a class consumes has a subscription of its module",
            consumers =>
                from consumer in consumers
                from type in consumer.Types.Where(type => type is { IsClass: true, IsAbstract: false })
                from eventType in ConsumedBy(type)
                where !consumer.Subscriptions.Any(subscription => subscription.ConsumerType == type && subscription.EventType == eventType)
                select $"{consumer.Module}: {type.FullName} consumes {eventType.Name}, but has no subscription",
            () => Consumers,
            [new Consumer("Planted", [], [typeof(Planted.OneConsumer)])],
            [Plant<Planted.TwoConsumers>("planted-queue")]),

        new Rule<string>(
            "Queue names are unique in the system",
            queues => queues.CountBy(queue => queue)
                .Where(queue => queue.Value > 1).Select(queue => $"{queue.Key} stands {queue.Value} times"),
            () =>
            [
                Topology.UnroutableQueue, .. ModuleCatalog.Topology.Modules.Select(module => module.DeadLetterQueue),
                .. Subscriptions.Select(s => s.Queue),
            ],
            ["a-queue", "b-queue", "a-queue"]),

        new Rule<Reception>(
            "Each event has a subscriber",
            receptions =>
                from reception in receptions
                where reception.Subscriptions.All(subscription => subscription.EventType != reception.EventType)
                select $"{reception.EventType.Name} has no subscriber",
            () => [.. ContractRules.Events(typeof(BaseEvent).Assembly).Select(type => new Reception(type, Subscriptions))],
            [new Reception(typeof(Planted.UnknownEvent), Subscriptions)]),

        new Rule<Consumer>(
            "Queues have their established name, or that of their consumer and event",
            consumers =>
                from consumer in consumers
                from subscription in consumer.Subscriptions
                let name = Established.GetValueOrDefault(
                    (consumer.Module, subscription.EventType.Name), ByConsumerAndEvent(consumer.Module, subscription.EventType))
                where subscription.Queue != name
                select $"{subscription.Queue} of {consumer.Module} should be {name}",
            () => Consumers,
            [Plant<Planted.OneConsumer>("planted-queue")],
            [Plant<Planted.OneConsumer>("order-created-queue")],
            [Plant<Planted.OneConsumer>("inventory-order-created-queue") with { Module = "Inventory" }]),

        new Rule<string>(
            "The established queues are all there",
            queues => Established.Values.Except(queues).Select(queue => $"{queue} is missing"),
            () => [.. Subscriptions.Select(subscription => subscription.Queue)],
            [.. Established.Values.Skip(1)]),

        new Rule<Subscription>(
            "A queue is bound by the route of its event, to an exchange that is declared",
            subscriptions =>
                from subscription in subscriptions
                from mistake in RouteMistakes(subscription)
                select $"{subscription.Queue}: {mistake}",
            () => Subscriptions,
            [
                Subscription.To<OrderCreatedEvent, Planted.OneConsumer>("planted-queue") with
                {
                    Route = new EventRoute(Exchanges.Order, "order.changed"),
                },
            ],
            [
                Subscription.To<OrderCreatedEvent, Planted.OneConsumer>("planted-queue") with
                {
                    EventType = typeof(Planted.UnknownEvent), Route = Planted.UnknownEvent.Route,
                },
            ]),
    ];

    private static IEnumerable<string> RouteMistakes(Subscription subscription)
    {
        var route = subscription.EventType.GetProperty(
            nameof(IRoutedEvent.Route), BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
        if (!subscription.Route.Equals(route))
            yield return $"is bound by {subscription.Route}, but {subscription.EventType.Name} is published to {route}";
        if (!Topology.TopicExchanges.Contains(subscription.Route.Exchange))
            yield return $"exchange {subscription.Route.Exchange} is not declared";
    }

    private static IEnumerable<Type> ConsumedBy(Type type) =>
        type.GetInterfaces().Where(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(face => face.GetGenericArguments()[0]);

    private static string ByConsumerAndEvent(string module, Type eventType)
    {
        var name = Words().Replace(eventType.Name.Replace("Event", "", StringComparison.Ordinal), "-$0").TrimStart('-');
        return $"{module.ToLowerInvariant()}-{name.ToLowerInvariant()}-queue";
    }

    private static Consumer Plant<TConsumer>(string queue)
        where TConsumer : class, IConsumer<OrderCreatedEvent> =>
        new("Planted", [Subscription.To<OrderCreatedEvent, TConsumer>(queue)], [typeof(TConsumer)]);

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Words();
}
