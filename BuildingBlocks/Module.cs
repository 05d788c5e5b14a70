using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Web;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.BuildingBlocks;

/// <summary>One of the parts that a process can run. A module owns its routes, handlers, tables and queues.</summary>
public abstract class Module
{
    /// <summary>Name as it is written in the MODULES setting, in log lines and in connection string names.</summary>
    public abstract string Name { get; }

    /// <summary>Queues that this module listens to.</summary>
    public abstract IReadOnlyList<Subscription> Subscriptions { get; }

    /// <summary>Where the addresses of the module begin, for example <c>/api/orders</c>.</summary>
    public abstract string ApiPrefix { get; }

    /// <summary>What the errors mean that only this module answers with.</summary>
    public virtual IReadOnlyList<ErrorExplanation> Errors => [];

    /// <summary>Queue that takes what this module could not process.</summary>
    public string DeadLetterQueue => $"{Name.ToLowerInvariant()}-dead-letter-queue";

    /// <summary>Exchange that this module publishes its events to, if it has any.</summary>
    public string EventExchange => $"{Name.ToLowerInvariant()}.events";

    /// <summary>
    /// Direct exchange that brings a message to one queue of this module by the queue's name: dead letters, and their replays. The broker's default
    /// exchange does the same for every queue, so whoever may publish there could forge any event of the system.
    /// </summary>
    public string QueueExchange => $"{Name.ToLowerInvariant()}.queues";

    /// <summary>
    /// True when the module shows what all modules publish. It declares a queue for it that lives as long as somebody looks, see <see cref="EventWatch"/>.
    /// </summary>
    public virtual bool WatchesEvents => false;

    /// <summary>Registers what the module needs. Called only when the module is enabled.</summary>
    public abstract void Register(IHostApplicationBuilder builder);
}
