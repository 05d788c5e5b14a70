using Fulfillment.Core;
using Fulfillment.Messaging.Wolverine;
using JasperFx.CodeGeneration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.RabbitMQ;
using Wolverine.Runtime;

// The namespace of the folder above, so that no caller has to name the library.
#pragma warning disable IDE0130
namespace Fulfillment.Messaging;
#pragma warning restore IDE0130

/// <summary>Connects the enabled modules to RabbitMQ.</summary>
internal static class MessagingSetup
{
    /// <summary>Name of the activity source of the messaging library: a span for each message that is handled.</summary>
    public const string LibraryActivitySource = "Wolverine";

    // A bug or a bad message does not get better by waiting; two more attempts absorb a coincidence.
    private static readonly TimeSpan[] UnexpectedErrorDelays = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)];

    /// <summary>Least level of the log lines of the messaging library, by their source.</summary>
    public static IReadOnlyDictionary<string, LogLevel> LibraryLogLevels { get; } = new Dictionary<string, LogLevel>
    {
        ["Wolverine"] = LogLevel.Warning,
        ["JasperFx"] = LogLevel.Warning,
        // It warns that it finds no handler; it is given the only one.
        ["Wolverine.Configuration"] = LogLevel.Error,
    };

    /// <summary>Registers publisher, topology and the listeners of the enabled modules.</summary>
    public static void AddMessaging(this IHostApplicationBuilder builder, Topology topology, IReadOnlyList<ModuleTopology> enabled)
    {
        var settings = builder.Services.AddValidatedOptions<RabbitMqOptions>(builder.Configuration, "RabbitMq");
        builder.Services.AddSingleton(topology);
        builder.Services.AddSingleton<TopologyReadiness>();
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddSingleton<TopologyDeclarer>();
        builder.Services.AddSingleton<EventPublisher>();

        foreach (var subscription in enabled.SelectMany(module => module.Subscriptions))
            builder.Services.TryAddSingleton(subscription.ConsumerType);
        builder.Services.AddWolverine(ExtensionDiscovery.ManualOnly, wolverine => Configure(wolverine, settings, topology, enabled));

        // The listeners start when their dependencies are there, not when the host starts: the start of the process does it.
        var assembly = typeof(IWolverineRuntime).Assembly;
        foreach (var service in builder.Services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationFactory?.Method.DeclaringType?.Assembly == assembly).ToList())
            builder.Services.Remove(service);
        builder.Services.AddSingleton<MessageListeners>();
        builder.Services.AddPollingWorker<ConsumerWatchdog>();
    }

    private static void Configure(
        WolverineOptions wolverine, RabbitMqOptions settings, Topology topology, IReadOnlyList<ModuleTopology> enabled)
    {
        wolverine.Durability.Mode = DurabilityMode.Solo;
        wolverine.Durability.DurabilityAgentEnabled = false;
        // A listener that stops waits this long for the broker, and then this long for its handlers.
        wolverine.Durability.DrainTimeout = ShutdownOptions.DrainTimeout / 2;
        wolverine.EnableAutomaticFailureAcks = false;
        wolverine.DefaultExecutionTimeout = TimeSpan.FromMinutes(2);
        wolverine.Policies.DisableConventionalLocalRouting();
        wolverine.Discovery.DisableConventionalDiscovery();
        // The only handler, which needs no generated code; otherwise a start demands a compiler.
        wolverine.AddMessageHandler(new DeliveryHandler(topology));
        wolverine.CodeGeneration.TypeLoadMode = TypeLoadMode.Static;

        var transport = wolverine
            .UseRabbitMq(factory => BrokerConnection.Configure(factory, settings, "fulfillment-listener"))
            .DisableSystemRequestReplyQueueDeclaration();
        foreach (var module in enabled)
        {
            foreach (var subscription in module.Subscriptions) Listen(wolverine, module, subscription, settings);
        }

        var deadLetter = new DeadLetterContinuation();
        wolverine.OnException<InvalidMessageException>().ContinueWith(deadLetter);
        wolverine.Policies.OnException(TransientErrors.Is).RetryWithCooldown(RetryDelays(settings.RetryFor)).WithBoundedJitter(0.2)
            .Then.ContinueWith(NackRequeue.Instance);
        wolverine.Policies.OnAnyException().RetryWithCooldown(UnexpectedErrorDelays).Then.ContinueWith(deadLetter);
    }

    // Short at first, for a dependency that is available again at once. Wolverine takes at most 25 delays.
    private static TimeSpan[] RetryDelays(TimeSpan limit)
    {
        double[] first = [0.1, 0.3, 1, 2];
        const int Rest = 20;
        return [.. first.Concat(Enumerable.Repeat((limit.TotalSeconds - first.Sum()) / Rest, Rest)).Select(TimeSpan.FromSeconds)];
    }

    private static void Listen(WolverineOptions wolverine, ModuleTopology module, Subscription subscription, RabbitMqOptions settings)
    {
        var concurrency = subscription.Concurrency ?? settings.Concurrency;
        wolverine.ListenToRabbitQueue(subscription.Queue)
            .Named(subscription.Queue)
            .DefaultIncomingMessage<Delivery>()
            .UseInterop(new DeliveryMapper())
            .ProcessInline()
            .ProcessInlineWhileDraining()
            .ConsumerDispatchConcurrency(concurrency)
            // No more than are being worked on: a delivery that waits in this process could not be returned unharmed on a stop.
            .PreFetchCount(concurrency)
            .DrainWaitForPrefetch()
            .DeadLetterQueueing(new DeadLetterQueue(module.DeadLetterQueue));
    }
}
