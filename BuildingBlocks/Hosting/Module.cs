using Fulfillment.Messaging;
using Fulfillment.Web;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Hosting;

/// <summary>One of the parts that a process can run. A module owns its routes, consumers, tables and queues.</summary>
public abstract class Module
{
    /// <summary>Name as it is written in the MODULES setting, in log lines and in connection string names.</summary>
    public abstract string Name { get; }

    /// <summary>Queues that this module listens to.</summary>
    public abstract IReadOnlyList<Subscription> Subscriptions { get; }

    /// <summary>Where the addresses of the module begin, for example <c>/api/orders</c>.</summary>
    public abstract string ApiPrefix { get; }

    /// <summary>Explanations of the errors that only this module answers with.</summary>
    public virtual IReadOnlyList<ErrorExplanation> Errors => [];

    /// <summary>True when the module shows the events of all modules in a live feed.</summary>
    public virtual bool WatchesEvents => false;

    internal ModuleTopology Topology => new(Name, Subscriptions, WatchesEvents);

    /// <summary>Registers the services of the module. Called only when the module is enabled.</summary>
    public abstract void Register(IHostApplicationBuilder builder);
}
