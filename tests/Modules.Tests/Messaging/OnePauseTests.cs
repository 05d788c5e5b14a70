using System.Reflection;
using Fulfillment.BuildingBlocks.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Configuration;
using Wolverine.Transports;

namespace Modules.Tests.Messaging;

/// <summary>Several messages of a queue give up while its listener stops, which takes seconds.</summary>
public sealed class OnePauseTests
{
    private readonly TaskCompletionSource _stopping = new();
    private int _pauses;

    [Fact]
    public async Task A_listener_that_stops_is_not_paused_a_second_time_and_one_that_runs_again_is()
    {
        var source = new ReturnToQueue();

        var first = GiveUpAsync(source);
        await GiveUpAsync(source).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        _pauses.ShouldBe(1);

        _stopping.SetResult();
        await first;
        await GiveUpAsync(source);
        _pauses.ShouldBe(2);
    }

    private async Task GiveUpAsync(ReturnToQueue source)
    {
        var address = new Uri("rabbitmq://queue/some-queue");
        var agent = Stub.Of<IListeningAgent>(method => method.Name switch
        {
            "get_Status" => ListeningStatus.Accepting,
            nameof(IListeningAgent.PauseAsync) => new ValueTask(Pause()),
            _ => throw new NotSupportedException(method.Name),
        });
        var endpoints = Stub.Of<IEndpointCollection>(method => method.Name == "FindListeningAgent" ? agent : throw new NotSupportedException(method.Name));
        var runtime = Stub.Of<IWolverineRuntime>(method => method.Name switch
        {
            "get_Endpoints" => endpoints,
            "get_Logger" => NullLogger.Instance,
            _ => throw new NotSupportedException(method.Name),
        });
        var envelope = new Envelope();
        typeof(Envelope).GetProperty(nameof(Envelope.Listener))!.SetValue(envelope, Stub.Of<IListener>(_ => address));
        var lifecycle = Stub.Of<IEnvelopeLifecycle>(_ => envelope);
        await source.ExecuteAsync(lifecycle, runtime, DateTimeOffset.UnixEpoch, null);
    }

    private Task Pause()
    {
        _pauses++;
        return _stopping.Task;
    }
}

/// <summary>Stands for an interface of which a test needs a member or two.</summary>
public class Stub : DispatchProxy
{
    private Func<MethodInfo, object?> _answer = _ => null;

    public static T Of<T>(Func<MethodInfo, object?> answer)
        where T : class
    {
        var proxy = Create<T, Stub>();
        ((Stub)(object)proxy)._answer = answer;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!);
}
