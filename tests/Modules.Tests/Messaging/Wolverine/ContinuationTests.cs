using System.Reflection;
using Fulfillment.Core;
using Fulfillment.Messaging.Wolverine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Wolverine;
using Wolverine.Runtime;

namespace Modules.Tests.Messaging.Wolverine;

/// <summary>Wolverine acknowledges a message whose continuation throws, and then it is lost.</summary>
public sealed class ContinuationTests
{
    [Fact]
    public Task Message_that_cannot_be_requeued_is_not_acknowledged() => ShouldStayAsync(NackRequeue.Instance);

    [Fact]
    public Task Message_that_cannot_be_dead_lettered_is_not_acknowledged() =>
        ShouldStayAsync(new DeadLetterContinuation().Build(new InvalidMessageException("no"), new Envelope()));

    private static async Task ShouldStayAsync(IContinuation continuation)
    {
        // Not from a channel of RabbitMQ, and nothing is there to publish with.
        var envelope = new Envelope { Destination = new Uri("rabbitmq://queue/order-created-queue"), Data = [] };
        var asked = new HashSet<string>();
        var lifecycle = Stub.Of<IEnvelopeLifecycle>(member =>
        {
            asked.Add(member);
            return member == "get_Envelope" ? envelope : null;
        });
        var services = new ServiceCollection().AddSingleton(Fulfillment.Host.ModuleCatalog.Topology).BuildServiceProvider();
        var runtime = Stub.Of<IWolverineRuntime>(member => member switch
        {
            "get_Logger" => NullLogger.Instance,
            "get_Services" => services,
            "get_Cancellation" => new CancellationToken(canceled: true),
            _ => throw new NotSupportedException(member),
        });

        await continuation.ExecuteAsync(lifecycle, runtime, DateTimeOffset.UnixEpoch, null);

        asked.ShouldBe(["get_Envelope"]);
    }
}

/// <summary>Stands for an interface of which a test needs a member or two.</summary>
public class Stub : DispatchProxy
{
    private Func<string, object?> _answer = _ => null;

    public static T Of<T>(Func<string, object?> answer)
        where T : class
    {
        var proxy = Create<T, Stub>();
        ((Stub)(object)proxy)._answer = answer;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!.Name);
}
