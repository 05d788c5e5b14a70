using Fulfillment.Messaging.Wolverine;
using Microsoft.Extensions.Time.Testing;

namespace Modules.Tests.Messaging.Wolverine;

public sealed class ConsumerReconnectTests
{
    private readonly FakeTimeProvider _time = new();
    private int _reconnects;
    private bool _consumes;

    [Fact]
    public async Task Reconnect_after_which_nothing_consumes_is_a_failure_each_time()
    {
        var reconnect = new ConsumerReconnect(_time);

        for (var i = 0; i < 3; i++) (await reconnect.TryAsync(Reconnect, () => _consumes)).ShouldBe("it has no consumer");

        (reconnect.Failures, _reconnects).ShouldBe((3, 3));
    }

    [Fact]
    public async Task Reconnect_that_throws_is_a_failure_that_says_why()
    {
        var reconnect = new ConsumerReconnect(_time);

        (await reconnect.TryAsync(() => Task.FromException(new IOException("no route")), () => _consumes)).ShouldBe("no route");

        reconnect.Failures.ShouldBe(1);
    }

    [Fact]
    public async Task Reconnect_that_still_runs_is_waited_for_again_and_has_no_second_one_beside_it()
    {
        var reconnect = new ConsumerReconnect(_time);
        var hanging = new TaskCompletionSource();
        var first = reconnect.TryAsync(() => Reconnect(hanging.Task), () => _consumes);
        _time.Advance(TimeSpan.FromSeconds(31));
        (await first).ShouldNotBeNull();

        var second = reconnect.TryAsync(() => Reconnect(hanging.Task), () => _consumes);
        (reconnect.Failures, _reconnects).ShouldBe((1, 1));
        _consumes = true;
        hanging.SetResult();

        (await second).ShouldBeNull();
        reconnect.Failures.ShouldBe(1);
    }

    private Task Reconnect() => Reconnect(Task.CompletedTask);

    private Task Reconnect(Task running)
    {
        _reconnects++;
        return running;
    }
}
