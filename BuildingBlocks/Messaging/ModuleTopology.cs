namespace Fulfillment.Messaging;

/// <summary>Queues and exchanges of a module in the broker.</summary>
/// <param name="Name">Name of the module.</param>
/// <param name="Subscriptions">Queues that it listens to.</param>
/// <param name="WatchesEvents">
/// True when it shows the events of all modules. It declares a queue for that while its live feed has subscribers, see
/// <see cref="LiveEventFeed"/>.
/// </param>
public sealed record ModuleTopology(string Name, IReadOnlyList<Subscription> Subscriptions, bool WatchesEvents = false)
{
    /// <summary>Queue of the messages that this module could not process.</summary>
    public string DeadLetterQueue => $"{Name.ToLowerInvariant()}-dead-letter-queue";

    /// <summary>Exchange that this module publishes its events to, if it has any.</summary>
    public string EventExchange => $"{Name.ToLowerInvariant()}.events";

    /// <summary>
    /// Direct exchange that brings a message to one queue of this module by the queue's name: dead letters, and their replays. The broker's
    /// default exchange does the same for every queue, so a module that may publish there could forge any event of the system.
    /// </summary>
    public string QueueExchange => $"{Name.ToLowerInvariant()}.queues";
}
