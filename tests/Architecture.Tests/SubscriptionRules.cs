using System.Reflection;
using System.Text.RegularExpressions;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.Contracts;
using Fulfillment.Host;
using Wolverine.Attributes;

namespace Architecture.Tests;

/// <summary>What modules say of their queues, what their handlers are bound to and what the contracts know is one truth.</summary>
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

    /// <summary>A module with the types among which its handlers are.</summary>
    private sealed record Consumer(string Module, IReadOnlyList<Subscription> Subscriptions, IReadOnlyList<Type> Types);

    /// <summary>Event types, and who subscribes.</summary>
    private sealed record Reception(Type EventType, IReadOnlyList<Subscription> Subscriptions);

    private static IReadOnlyList<Consumer> Consumers =>
        [.. ModuleCatalog.All.Select(module => new Consumer(module.Name, module.Subscriptions, module.GetType().Assembly.GetTypes()))];

    private static IReadOnlyList<Subscription> Subscriptions => [.. ModuleCatalog.All.SelectMany(module => module.Subscriptions)];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new Rule<Consumer>(
            "Each subscription has exactly one handler, which is bound to its queue and takes its event",
            consumers =>
                from consumer in consumers
                from subscription in consumer.Subscriptions
                from mistake in Mistakes(subscription, consumer.Types)
                select $"{consumer.Module}, {subscription.Queue}: {mistake}",
            () => Consumers,
            [Plant<Planted.GoodHandler>("another-queue")],
            [Plant<Planted.UnboundHandler>("planted-queue")],
            [Plant<Planted.ForeignHandler>("planted-queue")],
            [Plant<Planted.TwoMethodsHandler>("planted-queue")],
            [Plant<Planted.GoodHandler>("planted-queue", typeof(Planted.GoodHandler), typeof(Planted.SecondHandler))],
            [Plant<Planted.GoodHandler>("planted-queue", typeof(Planted.SecondHandler))]),

        new Rule<Consumer>(
            "No handler is without a subscription",
            consumers =>
                from consumer in consumers
                from type in consumer.Types.Where(IsHandler)
                where consumer.Subscriptions.All(subscription => subscription.HandlerType != type)
                select $"{consumer.Module}: {type.FullName} has no subscription",
            () => Consumers,
            [new Consumer("Planted", [], [typeof(Planted.GoodHandler)])],
            [new Consumer("Planted", [], [typeof(Planted.UnboundHandler)])],
            [new Consumer("Planted", [], [typeof(Planted.TakesAnEvent)])]),

        new Rule<string>(
            "Queue names are unique in the system",
            queues => queues.CountBy(queue => queue).Where(queue => queue.Value > 1).Select(queue => $"{queue.Key} stands {queue.Value} times"),
            () => [Topology.UnroutedQueue, .. ModuleCatalog.All.Select(module => module.DeadLetterQueue), .. Subscriptions.Select(s => s.Queue)],
            ["a-queue", "b-queue", "a-queue"]),

        new Rule<Reception>(
            "Each event has a subscriber",
            receptions =>
                from reception in receptions
                where reception.Subscriptions.All(subscription => subscription.EventType != reception.EventType)
                select $"nobody subscribes to {reception.EventType.Name}",
            () => [.. ContractRules.Events(typeof(BaseEvent).Assembly).Select(type => new Reception(type, Subscriptions))],
            [new Reception(typeof(Planted.UnknownEvent), Subscriptions)]),

        new Rule<Consumer>(
            "Queues have their established name, or that of their consumer and event",
            consumers =>
                from consumer in consumers
                from subscription in consumer.Subscriptions
                let name = Established.GetValueOrDefault((consumer.Module, subscription.EventType.Name), ByConsumerAndEvent(consumer.Module, subscription.EventType))
                where subscription.Queue != name
                select $"{subscription.Queue} of {consumer.Module} should be {name}",
            () => Consumers,
            [Plant<Planted.GoodHandler>("planted-queue")],
            [Plant<Planted.GoodHandler>("order-created-queue")],
            [Plant<Planted.GoodHandler>("inventory-order-created-queue") with { Module = "Inventory" }]),

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
            [new Subscription("planted-queue", typeof(OrderCreatedEvent), new EventRoute(Exchanges.Order, "order.changed"), typeof(Planted.GoodHandler))],
            [new Subscription("planted-queue", typeof(Planted.UnknownEvent), Planted.UnknownEvent.Route, typeof(Planted.GoodHandler))]),
    ];

    private static IEnumerable<string> Mistakes(Subscription subscription, IReadOnlyList<Type> types)
    {
        Type[] bound = [.. types.Where(type => Queue(type) == subscription.Queue)];
        if (bound is not [var handler]) yield return $"{bound.Length} handlers are bound to it";
        else if (handler != subscription.HandlerType) yield return $"it is {handler.Name} that is bound to it, not {subscription.HandlerType.Name}";
        if (Queue(subscription.HandlerType) != subscription.Queue)
            yield return $"{subscription.HandlerType.Name} is bound to {Queue(subscription.HandlerType) ?? "no queue"}";
        MethodInfo[] methods = [.. HandlerMethods(subscription.HandlerType)];
        if (methods is not [var method]) yield return $"{subscription.HandlerType.Name} has {methods.Length} handler methods";
        else if (method.GetParameters().FirstOrDefault()?.ParameterType != subscription.EventType)
            yield return $"{subscription.HandlerType.Name} does not take {subscription.EventType.Name}";
    }

    private static IEnumerable<string> RouteMistakes(Subscription subscription)
    {
        var route = subscription.EventType.GetProperty(nameof(IRoutedEvent.Route), BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
        if (!subscription.Route.Equals(route)) yield return $"is bound by {subscription.Route}, but {subscription.EventType.Name} is published to {route}";
        if (!Topology.TopicExchanges.Contains(subscription.Route.Exchange)) yield return $"exchange {subscription.Route.Exchange} is not declared";
    }

    private static string? Queue(Type type) => type.GetCustomAttribute<StickyHandlerAttribute>()?.EndpointName;

    private static bool IsHandler(Type type) =>
        type.IsClass && !type.IsNested | type.DeclaringType == typeof(Planted)
        && (type.Name.EndsWith("Handler", StringComparison.Ordinal) || Queue(type) is not null || HandlerMethods(type).Any(TakesEvent));

    private static bool TakesEvent(MethodInfo method) =>
        method.GetParameters().FirstOrDefault()?.ParameterType.IsAssignableTo(typeof(BaseEvent)) is true;

    private static IEnumerable<MethodInfo> HandlerMethods(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => method.Name is "Handle" or "HandleAsync" or "Consume" or "ConsumeAsync");

    private static string ByConsumerAndEvent(string module, Type eventType) =>
        $"{module.ToLowerInvariant()}-{Words().Replace(eventType.Name.Replace("Event", "", StringComparison.Ordinal), "-$0").TrimStart('-').ToLowerInvariant()}-queue";

    private static Consumer Plant<THandler>(string queue, params IReadOnlyList<Type> types) =>
        new("Planted", [Subscription.To<OrderCreatedEvent, THandler>(queue)], types.Count > 0 ? types : [typeof(THandler)]);

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Words();
}
