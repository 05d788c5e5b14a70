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

    /// <summary>Name of the event, for example <c>ORDER_CREATED</c>.</summary>
    public string EventName { get; } = NameOf(EventType);

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

/// <summary>An exchange as it is declared.</summary>
/// <param name="Name">Name of the exchange.</param>
/// <param name="Type">For example <c>topic</c>.</param>
/// <param name="Alternate">Exchange that takes unroutable messages; null for none.</param>
/// <param name="Module">Module that uses it; null when all do.</param>
public sealed record DeclaredExchange(string Name, string Type, string? Alternate, string? Module);

/// <summary>A queue as it is declared.</summary>
/// <param name="Name">Name of the queue.</param>
/// <param name="DeadLetterQueue">Queue that takes rejected messages; null for none.</param>
/// <param name="Module">Module that uses it; null when all do.</param>
public sealed record DeclaredQueue(string Name, string? DeadLetterQueue, string? Module);

/// <summary>A binding as it is declared.</summary>
/// <param name="Exchange">Exchange of the messages.</param>
/// <param name="Queue">Queue that gets them.</param>
/// <param name="RoutingKey">Key that they have.</param>
/// <param name="Module">Module that uses the queue; null when all do.</param>
public sealed record DeclaredBinding(string Exchange, string Queue, string RoutingKey, string? Module);

/// <summary>The queues and exchanges of the whole system, not only of the modules of this process.</summary>
/// <param name="modules">Every module of the system.</param>
public sealed class Topology(IReadOnlyList<ModuleTopology> modules)
{
    /// <summary>Queue of the unroutable messages.</summary>
    public const string UnroutableQueue = "unrouted-queue";

    /// <summary>Fanout exchange that every topic exchange hands its unroutable messages to.</summary>
    public const string UnroutableExchange = "unrouted.events";

    private readonly Dictionary<string, (ModuleTopology Module, Subscription Subscription)> _queues = modules
        .SelectMany(module => module.Subscriptions, (module, subscription) => (Module: module, Subscription: subscription))
        .ToDictionary(pair => pair.Subscription.Queue);

    /// <summary>Topic exchanges, by name.</summary>
    public static IReadOnlyList<string> TopicExchanges { get; } = [Exchanges.Order, Exchanges.Inventory, Exchanges.Payment];

    /// <summary>Every module of the system.</summary>
    public IReadOnlyList<ModuleTopology> Modules { get; } = modules;

    /// <summary>Every exchange.</summary>
    public IReadOnlyList<DeclaredExchange> DeclaredExchanges { get; } =
    [
        new(UnroutableExchange, "fanout", null, null),
        .. TopicExchanges.Select(exchange => new DeclaredExchange(exchange, "topic", UnroutableExchange, null)),
        .. modules.Select(module => new DeclaredExchange(module.QueueExchange, "direct", null, module.Name)),
    ];

    /// <summary>Every queue.</summary>
    public IReadOnlyList<DeclaredQueue> DeclaredQueues { get; } =
    [
        new(UnroutableQueue, null, null),
        .. modules.Select(module => new DeclaredQueue(module.DeadLetterQueue, null, module.Name)),
        .. modules.SelectMany(
            module => module.Subscriptions,
            (module, subscription) => new DeclaredQueue(subscription.Queue, module.DeadLetterQueue, module.Name)),
    ];

    /// <summary>Every binding.</summary>
    public IReadOnlyList<DeclaredBinding> DeclaredBindings { get; } =
    [
        new(UnroutableExchange, UnroutableQueue, "", null),
        .. modules.SelectMany(
            module => module.Subscriptions,
            (module, subscription) => new DeclaredBinding(
                subscription.Route.Exchange, subscription.Queue, subscription.Route.RoutingKey, module.Name)),
        .. modules.SelectMany(
            module => module.Subscriptions.Select(subscription => subscription.Queue).Append(module.DeadLetterQueue),
            (module, queue) => new DeclaredBinding(module.QueueExchange, queue, queue, module.Name)),
    ];

    /// <summary>The exchange that brings a message to a queue by the queue's name; null when no module has that queue.</summary>
    public string? ExchangeTo(string queue) =>
        DeclaredBindings.FirstOrDefault(binding => binding.RoutingKey == queue && binding.Queue == queue)?.Exchange;

    /// <summary>Name of the module that listens to a queue.</summary>
    public string? OwnerOf(string? queue) => Find(queue)?.Module.Name;

    /// <summary>Queues that a module listens to, apart from its dead-letter queue.</summary>
    /// <param name="module">Name of the module.</param>
    public IReadOnlyList<string> QueuesOf(string module) =>
        [
            .. Modules.Where(candidate => candidate.Name == module).SelectMany(owner => owner.Subscriptions)
                .Select(subscription => subscription.Queue),
        ];

    /// <summary>The subscription of a queue, and the module that listens to it; null when no module does.</summary>
    public (ModuleTopology Module, Subscription Subscription)? Find(string? queue) =>
        queue is not null && _queues.TryGetValue(queue, out var found) ? found : null;
}
