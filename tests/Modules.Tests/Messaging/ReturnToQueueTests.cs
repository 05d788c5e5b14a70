using Fulfillment.BuildingBlocks.Messaging;

namespace Modules.Tests.Messaging;

public sealed class ReturnToQueueTests
{
    private static readonly Uri Queue = new("rabbitmq://queue/some-queue");
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_listener_pauses_longer_each_time_up_to_thirty_seconds()
    {
        var source = new ReturnToQueue();

        var pauses = Enumerable.Range(0, 50).Select(n => source.NextPause(Queue, Start.AddMinutes(2 * n), random: 0).TotalSeconds).ToList();

        pauses.Take(5).ShouldBe([5, 10, 20, 30, 30]);
        pauses.Max().ShouldBe(30);
    }

    [Fact]
    public void A_new_outage_begins_with_a_short_pause()
    {
        var source = new ReturnToQueue();
        for (var n = 0; n < 5; n++) source.NextPause(Queue, Start, random: 0);

        source.NextPause(Queue, Start.AddMinutes(6), random: 0).ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Listeners_do_not_return_as_one()
    {
        new ReturnToQueue().NextPause(Queue, Start, random: 0.5).ShouldBe(TimeSpan.FromSeconds(4.5));
        new ReturnToQueue().NextPause(Queue, Start, random: 1).ShouldBe(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void Each_queue_has_pauses_of_its_own()
    {
        var source = new ReturnToQueue();
        source.NextPause(Queue, Start, random: 0);

        source.NextPause(new Uri("rabbitmq://queue/another-queue"), Start, random: 0).ShouldBe(TimeSpan.FromSeconds(5));
    }
}
