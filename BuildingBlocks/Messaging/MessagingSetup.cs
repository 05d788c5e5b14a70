using System.Reflection;
using Fulfillment.Contracts;
using JasperFx.CodeGeneration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.RabbitMQ;
using Wolverine.Runtime;

namespace Fulfillment.BuildingBlocks.Messaging;

/// <summary>Connects the enabled modules to RabbitMQ.</summary>
public static class MessagingSetup
{
    // A bug or a bad message does not get better by waiting; two more tries catch what was a coincidence.
    private static readonly TimeSpan[] WhenUnexpected = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)];

    /// <summary>Registers publisher, topology and the listeners of the enabled modules.</summary>
    public static void AddMessaging(this IHostApplicationBuilder builder, Topology topology, IReadOnlyList<Module> enabled)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = builder.Services.AddValidatedOptions<RabbitMqOptions>(builder.Configuration, "RabbitMq");
        builder.Services.AddSingleton(topology);
        builder.Services.AddSingleton<TopologyReadiness>();
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddSingleton<TopologyDeclarer>();
        builder.Services.AddSingleton<EventPublisher>();
        builder.Services.AddSingleton<QueuePublisher>();

        builder.Services.AddWolverine(ExtensionDiscovery.Automatic, wolverine => Configure(wolverine, settings, topology, enabled));

        // The listeners start when their dependencies are there, not when the host starts: StartupService does it.
        var assembly = typeof(IWolverineRuntime).Assembly;
        foreach (var service in builder.Services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationFactory?.Method.DeclaringType?.Assembly == assembly).ToList())
            builder.Services.Remove(service);
        builder.Services.AddSingleton<ShutdownTurn>();
        builder.Services.AddHostedService<StartupService>();
        builder.Services.AddSingleton<ListenerGuard>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ListenerGuard>());
    }

    private static void Configure(WolverineOptions wolverine, RabbitMqOptions settings, Topology topology, IReadOnlyList<Module> enabled)
    {
        wolverine.Durability.Mode = DurabilityMode.Solo;
        wolverine.Durability.DurabilityAgentEnabled = false;
        // A listener that stops waits this long for the broker, and then this long for its handlers.
        wolverine.Durability.DrainTimeout = ShutdownOptions.DrainTimeout / 2;
        // The adapters of the handlers are compiled with the host (Internal/Generated). One that is missing there is compiled at run time, which takes
        // seconds and a hundred megabytes, or ends the start where there is no compiler, as in the image.
        wolverine.ApplicationAssembly = Assembly.GetEntryAssembly();
        wolverine.CodeGeneration.TypeLoadMode = AppContext.TryGetSwitch("Fulfillment.StaticHandlers", out var isStatic) && isStatic ? TypeLoadMode.Static : TypeLoadMode.Auto;
        wolverine.MultipleHandlerBehavior = MultipleHandlerBehavior.Separated;
        wolverine.EnableAutomaticFailureAcks = false;
        wolverine.DefaultExecutionTimeout = TimeSpan.FromMinutes(2);
        wolverine.Policies.DisableConventionalLocalRouting();
        wolverine.Policies.MessageExecutionLogLevel(LogLevel.None);
        wolverine.Policies.MessageSuccessLogLevel(LogLevel.None);
        wolverine.Policies.ForMessagesOfType<BaseEvent>().AddMiddleware(typeof(FlowMiddleware));
        wolverine.DefaultSerializer = new ContractSerializer();

        wolverine.Discovery.DisableConventionalDiscovery();
        // The handlers of all modules, although only those of the enabled ones are listened for: Wolverine names the adapter of a handler otherwise
        // when it is the only one of its event, and the adapters are compiled for one set of names.
        foreach (var subscription in topology.Modules.SelectMany(module => module.Subscriptions))
            wolverine.Discovery.IncludeType(subscription.HandlerType);
        wolverine.Discovery.IncludeType(typeof(UnreadableMessageHandler));

        var transport = wolverine
            .UseRabbitMq(factory => BrokerConnection.Configure(factory, settings, "fulfillment-listener"))
            .DisableSystemRequestReplyQueueDeclaration();
        foreach (var module in enabled)
        {
            foreach (var subscription in module.Subscriptions) Listen(wolverine, module, subscription, settings);
        }

        var giveUp = new GiveUp();
        wolverine.OnException<InvalidMessageException>().ContinueWith(giveUp);
        wolverine.OnException<UnreadableMessageException>().ContinueWith(giveUp);
        wolverine.Policies.OnException(TransientFailure.Is).RetryWithCooldown(WhileAway(settings.RetryFor)).WithBoundedJitter(0.2)
            .Then.ContinueWith(ReturnToQueue.Instance);
        wolverine.Policies.OnAnyException().RetryWithCooldown(WhenUnexpected).Then.ContinueWith(giveUp);
    }

    // Soon at first, for a dependency that is back at once. Wolverine takes at most 25 pauses.
    private static TimeSpan[] WhileAway(TimeSpan limit)
    {
        double[] first = [0.1, 0.3, 1, 2];
        const int Rest = 20;
        return [.. first.Concat(Enumerable.Repeat((limit.TotalSeconds - first.Sum()) / Rest, Rest)).Select(TimeSpan.FromSeconds)];
    }

    private static void Listen(WolverineOptions wolverine, Module module, Subscription subscription, RabbitMqOptions settings)
    {
        var concurrency = subscription.Concurrency ?? settings.Concurrency;
        wolverine.ListenToRabbitQueue(subscription.Queue)
            .Named(subscription.Queue)
            .DefaultIncomingMessage(subscription.EventType)
            .UseInterop(new LeanEnvelopeMapper(subscription.EventName))
            .ProcessInline()
            .ProcessInlineWhileDraining()
            .ConsumerDispatchConcurrency(concurrency)
            // No more than are being worked on: a delivery that waits in this process could not be returned unharmed on a stop.
            .PreFetchCount(concurrency)
            .DrainWaitForPrefetch()
            .DeadLetterQueueing(new DeadLetterQueue(module.DeadLetterQueue));
    }
}
