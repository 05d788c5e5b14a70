using Fulfillment.Contracts;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>One queue of a module: which event it receives, and the handler that is bound to it.</summary>
/// <param name="Queue">Name of the queue.</param>
/// <param name="EventType">Contract that the queue carries.</param>
/// <param name="Route">Exchange and routing key that the queue is bound to.</param>
/// <param name="HandlerType">Handler class; its sticky attribute names the same queue.</param>
public sealed record Subscription(string Queue, Type EventType, EventRoute Route, Type HandlerType)
{
    /// <summary>Messages that a process works on at a time; null for <see cref="RabbitMqOptions.Concurrency"/>. For few, heavy messages.</summary>
    public ushort? Concurrency { get; init; }

    /// <summary>Name of the event, for example <c>ORDER_CREATED</c>.</summary>
    public string EventName { get; } = NameOf(EventType);

    /// <summary>Subscribes <typeparamref name="THandler"/> to <typeparamref name="TEvent"/> through a queue of its own.</summary>
    /// <param name="queue">Name of the queue, unique in the system.</param>
    public static Subscription To<TEvent, THandler>(string queue)
        where TEvent : BaseEvent, IRoutedEvent =>
        new(queue, typeof(TEvent), TEvent.Route, typeof(THandler));

    // The name is set by the constructor of the contract, whatever it is given.
    private static string NameOf(Type eventType)
    {
        var constructor = eventType.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)!;
        var instance = (BaseEvent)constructor.Invoke(new object?[constructor.GetParameters().Length]);
        return instance.EventType;
    }
}

/// <summary>The queues and exchanges of the whole system, whichever modules this process runs.</summary>
/// <param name="modules">Every module of the system.</param>
public sealed class Topology(IReadOnlyList<Module> modules)
{
    /// <summary>Queue that catches what no binding wants.</summary>
    public const string UnroutedQueue = "unrouted-queue";

    /// <summary>Fanout exchange that every topic exchange hands its unroutable messages to.</summary>
    public const string UnroutedExchange = "unrouted.events";

    private readonly Dictionary<string, (Module Module, Subscription Subscription)> _queues = modules
        .SelectMany(module => module.Subscriptions, (module, subscription) => (Module: module, Subscription: subscription))
        .ToDictionary(pair => pair.Subscription.Queue);

    /// <summary>Topic exchanges, by name.</summary>
    public static IReadOnlyList<string> TopicExchanges { get; } = [Exchanges.Order, Exchanges.Inventory, Exchanges.Payment];

    /// <summary>Every module of the system.</summary>
    public IReadOnlyList<Module> Modules { get; } = modules;

    /// <summary>Name of the module that listens to a queue.</summary>
    public string? OwnerOf(string? queue) => Find(queue)?.Module.Name;

    /// <summary>Queues that a module listens to, apart from its dead-letter queue.</summary>
    /// <param name="module">Name of the module.</param>
    public IReadOnlyList<string> QueuesOf(string module) =>
        [.. Modules.Where(candidate => candidate.Name == module).SelectMany(owner => owner.Subscriptions).Select(subscription => subscription.Queue)];

    /// <summary>The subscription of a queue, and the module that listens to it; null when no module does.</summary>
    public (Module Module, Subscription Subscription)? Find(string? queue) =>
        queue is not null && _queues.TryGetValue(queue, out var found) ? found : null;
}
