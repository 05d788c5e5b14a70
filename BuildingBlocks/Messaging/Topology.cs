using Fulfillment.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfillment.Messaging;

/// <summary>One queue of a module, with the event that it receives and the consumer that handles it.</summary>
/// <param name="Queue">Name of the queue.</param>
/// <param name="EventType">Contract that the queue carries.</param>
/// <param name="Route">Exchange and routing key that the queue is bound to.</param>
/// <param name="ConsumerType">Class of the consumer.</param>
/// <param name="Consume">Hands an event of that type to the consumer, which comes from the services.</param>
public sealed record Subscription(
    string Queue, Type EventType, EventRoute Route, Type ConsumerType, Func<IServiceProvider, BaseEvent, CancellationToken, Task> Consume)
{
    /// <summary>
    /// Messages that a process works on at a time, for few, heavy messages; null for <see cref="RabbitMqOptions.Concurrency"/>.
    /// </summary>
    public ushort? Concurrency { get; init; }

    /// <summary>For example <c>ORDER_CREATED</c>.</summary>
    internal string EventName { get; } = NameOf(EventType);

    /// <summary>Subscribes <typeparamref name="TConsumer"/> to <typeparamref name="TEvent"/> through a queue of its own.</summary>
    /// <param name="queue">Name of the queue, unique in the system.</param>
    public static Subscription To<TEvent, TConsumer>(string queue)
        where TEvent : BaseEvent, IRoutedEvent
        where TConsumer : class, IConsumer<TEvent> =>
        new(
            queue, typeof(TEvent), TEvent.Route, typeof(TConsumer),
            (services, message, ct) => services.GetRequiredService<TConsumer>().HandleAsync((TEvent)message, ct));

    // The constructor of the contract sets the name, for any arguments.
    private static string NameOf(Type eventType)
    {
        var constructor = eventType.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)!;
        var instance = (BaseEvent)constructor.Invoke(new object?[constructor.GetParameters().Length]);
        return instance.EventType;
    }
}

/// <summary>Queues and exchanges of a module in the broker.</summary>
/// <param name="Name">Name of the module.</param>
/// <param name="Subscriptions">Queues that it listens to.</param>
/// <param name="WatchesEvents">True when it declares a queue of all events while its <see cref="LiveEventFeed"/> has subscribers.</param>
internal sealed record ModuleTopology(string Name, IReadOnlyList<Subscription> Subscriptions, bool WatchesEvents = false)
{
    public string DeadLetterQueue => $"{Name.ToLowerInvariant()}-dead-letter-queue";

    public string EventExchange => $"{Name.ToLowerInvariant()}.events";

    /// <summary>
    /// Direct exchange that brings a message to one queue of this module by the queue's name: dead letters, and their replays. The broker's
    /// default exchange does the same for every queue, so a module that may publish there could forge any event of the system.
    /// </summary>
    public string QueueExchange => $"{Name.ToLowerInvariant()}.queues";
}

// The module is null where all modules use it.
internal sealed record DeclaredExchange(string Name, string Type, string? Alternate, string? Module);

internal sealed record DeclaredQueue(string Name, string? DeadLetterQueue, string? Module);

internal sealed record DeclaredBinding(string Exchange, string Queue, string RoutingKey, string? Module);

/// <summary>The queues and exchanges of the whole system, not only of the modules of this process.</summary>
public sealed class Topology
{
    /// <summary>Fanout exchange that every topic exchange hands its unroutable messages to.</summary>
    internal const string UnroutableExchange = "unrouted.events";

    internal const string UnroutableQueue = "unrouted-queue";

    private readonly Dictionary<string, (ModuleTopology Module, Subscription Subscription)> _queues;

    internal Topology(IReadOnlyList<ModuleTopology> modules)
    {
        Modules = modules;
        _queues = modules
            .SelectMany(module => module.Subscriptions, (module, subscription) => (Module: module, Subscription: subscription))
            .ToDictionary(pair => pair.Subscription.Queue);
        DeclaredExchanges =
        [
            new(UnroutableExchange, "fanout", null, null),
            .. TopicExchanges.Select(exchange => new DeclaredExchange(exchange, "topic", UnroutableExchange, null)),
            .. modules.Select(module => new DeclaredExchange(module.QueueExchange, "direct", null, module.Name)),
        ];
        DeclaredQueues =
        [
            new(UnroutableQueue, null, null),
            .. modules.Select(module => new DeclaredQueue(module.DeadLetterQueue, null, module.Name)),
            .. _queues.Values.Select(of => new DeclaredQueue(of.Subscription.Queue, of.Module.DeadLetterQueue, of.Module.Name)),
        ];
        DeclaredBindings =
        [
            new(UnroutableExchange, UnroutableQueue, "", null),
            .. _queues.Values.Select(of => new DeclaredBinding(
                of.Subscription.Route.Exchange, of.Subscription.Queue, of.Subscription.Route.RoutingKey, of.Module.Name)),
            .. modules.SelectMany(
                module => QueuesOf(module.Name).Append(module.DeadLetterQueue),
                (module, queue) => new DeclaredBinding(module.QueueExchange, queue, queue, module.Name)),
        ];
    }

    internal static IReadOnlyList<string> TopicExchanges { get; } = [Exchanges.Order, Exchanges.Inventory, Exchanges.Payment];

    internal IReadOnlyList<ModuleTopology> Modules { get; }

    internal IReadOnlyList<DeclaredExchange> DeclaredExchanges { get; }

    internal IReadOnlyList<DeclaredQueue> DeclaredQueues { get; }

    internal IReadOnlyList<DeclaredBinding> DeclaredBindings { get; }

    /// <summary>The exchange that brings a message to a queue by the queue's name; null when no module has that queue.</summary>
    internal string? ExchangeTo(string queue) =>
        DeclaredBindings.FirstOrDefault(binding => binding.RoutingKey == queue && binding.Queue == queue)?.Exchange;

    /// <summary>Queues that a module listens to, apart from its dead-letter queue.</summary>
    internal IReadOnlyList<string> QueuesOf(string module) => [.. _queues.Where(of => of.Value.Module.Name == module).Select(of => of.Key)];

    /// <summary>The subscription of a queue, and the module that listens to it; null when no module does.</summary>
    internal (ModuleTopology Module, Subscription Subscription)? Find(string? queue) =>
        queue is not null && _queues.TryGetValue(queue, out var found) ? found : null;
}
