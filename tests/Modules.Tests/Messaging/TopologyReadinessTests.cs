using Fulfillment.Messaging;

namespace Modules.Tests.Messaging;

public sealed class TopologyReadinessTests
{
    private readonly TopologyReadiness _readiness = new();

    [Fact]
    public void Nothing_may_be_published_before_the_first_check() => _readiness.NotCompleteBecause.ShouldNotBeNull();

    [Fact]
    public async Task A_check_that_found_all_lets_waiting_publishers_go_on()
    {
        var waiting = _readiness.WhenCompleteAsync(CancellationToken.None);
        waiting.IsCompleted.ShouldBeFalse();

        _readiness.Complete(_readiness.Version);

        await waiting;
        _readiness.NotCompleteBecause.ShouldBeNull();
    }

    [Fact]
    public void A_check_that_began_on_the_last_connection_says_nothing_of_the_new_one()
    {
        var version = _readiness.Version;

        _readiness.Reset("the connection is new");
        _readiness.Complete(version);

        _readiness.NotCompleteBecause.ShouldBe("the connection is new");
    }

    [Fact]
    public async Task A_loss_is_told_at_once_and_stops_publishers_until_the_next_check()
    {
        _readiness.Complete(_readiness.Version);
        var unknown = _readiness.WhenUnknownAsync(TimeSpan.FromHours(1), TimeProvider.System, CancellationToken.None);

        _readiness.Reset("exchange 'order.events' is missing");

        await unknown;
        _readiness.WhenCompleteAsync(CancellationToken.None).IsCompleted.ShouldBeFalse();
        _readiness.Complete(_readiness.Version);
        _readiness.WhenCompleteAsync(CancellationToken.None).IsCompleted.ShouldBeTrue();
    }
}
