using Fulfillment.Persistence;

namespace Modules.Tests.Persistence;

/// <summary>Callers that wait for a place or for their batch, and give up.</summary>
public sealed class BatchCallerTests : BatchQueueTest
{
    [Fact]
    public async Task A_caller_that_gives_up_while_it_waits_is_not_served()
    {
        await using var queue = new GatedQueue();
        using var timeout = new CancellationTokenSource();
        var (first, earlier) = await queue.OccupyAsync();
        var stays = queue.ExecuteAsync("stays", Test);
        var leaves = queue.ExecuteAsync("leaves", timeout.Token);

        await timeout.CancelAsync();
        await Soon(leaves).ShouldThrowAsync<OperationCanceledException>();
        first.Succeed();
        var batch = await queue.NextAsync();
        batch.Succeed();

        batch.Items.ShouldBe(["stays"]);
        (await Soon(Task.WhenAll(earlier, stays))).ShouldBe(["first done", "stays done"]);
    }

    [Fact]
    public async Task When_all_callers_of_a_batch_have_given_up_the_next_one_is_served()
    {
        await using var queue = new GatedQueue(new BatchLimits { MaxBatch = 1 });
        using var timeout = new CancellationTokenSource();
        var (first, earlier) = await queue.OccupyAsync();
        var leaves = queue.ExecuteAsync("leaves", timeout.Token);
        await timeout.CancelAsync();
        await Soon(leaves).ShouldThrowAsync<OperationCanceledException>();
        first.Succeed();
        await Soon(earlier);

        var next = queue.ExecuteAsync("next", Test);
        var batch = await queue.NextAsync();
        batch.Succeed();

        batch.Items.ShouldBe(["next"]);
        (await Soon(next)).ShouldBe("next done");
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_its_batch_runs_does_not_harm_the_others()
    {
        await using var queue = new GatedQueue();
        using var timeout = new CancellationTokenSource();
        var (first, earlier) = await queue.OccupyAsync();
        var leaves = queue.ExecuteAsync("leaves", timeout.Token);
        var stays = queue.ExecuteAsync("stays", Test);
        first.Succeed();
        await Soon(earlier);
        var batch = await queue.NextAsync();

        await timeout.CancelAsync();
        await Soon(leaves).ShouldThrowAsync<OperationCanceledException>();
        stays.IsCompleted.ShouldBeFalse();
        batch.Succeed();

        batch.Items.ShouldBe(["leaves", "stays"]);
        (await Soon(stays)).ShouldBe("stays done");
    }

    [Fact]
    public async Task A_caller_that_waits_longer_than_callers_wait_is_told_so_and_not_served_late()
    {
        var time = new ObservedTime();
        await using var queue = new GatedQueue(new BatchLimits { Timeout = TimeSpan.FromSeconds(4) }, time);
        var (first, busy) = await queue.OccupyAsync();
        await time.PassAsync(4, 4);
        var late = queue.ExecuteAsync("late", Test);
        await time.PassAsync(4, 4);

        await Should.ThrowAsync<TimeoutException>(() => Soon(busy));
        await Should.ThrowAsync<TimeoutException>(() => Soon(late));
        first.Succeed();
        var next = queue.ExecuteAsync("next", Test);
        var batch = await queue.NextAsync();
        batch.Items.ShouldBe(["next"]);
        batch.Succeed();
        (await Soon(next)).ShouldBe("next done");
    }

    [Fact]
    public async Task A_caller_that_has_given_up_before_is_refused()
    {
        await using var queue = new FreeQueue(items => [.. items.Select(item => $"{item} done")]);

        await Soon(queue.ExecuteAsync("a", new CancellationToken(canceled: true))).ShouldThrowAsync<OperationCanceledException>();

        queue.Batches.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_caller_beyond_the_capacity_waits_until_there_is_room()
    {
        await using var queue = new GatedQueue(new BatchLimits { Capacity = 2, MaxBatch = 1 });
        var (first, earlier) = await queue.OccupyAsync();
        var callers = Names(3).Select(name => queue.ExecuteAsync(name, Test)).ToList();

        first.Succeed();
        foreach (var name in Names(3))
        {
            var batch = await queue.NextAsync();
            batch.Items.ShouldBe([name]);
            batch.Succeed();
        }

        (await Soon(Task.WhenAll([earlier, .. callers]))).ShouldBe(["first done", .. Names(3).Select(name => $"{name} done")]);
    }

    [Fact]
    public async Task A_caller_that_found_no_room_is_sent_away_by_the_end_while_those_inside_are_served()
    {
        await using var queue = new GatedQueue(new BatchLimits { Capacity = 2 });
        var (first, earlier) = await queue.OccupyAsync();
        Task<string>[] inside = [queue.ExecuteAsync("a", Test), queue.ExecuteAsync("b", Test)];
        var outside = queue.ExecuteAsync("c", Test);

        var end = queue.EndAsync();

        // Had the queue taken it in spite of its capacity, it would be served like the others.
        await Soon(outside).ShouldThrowAsync<OperationCanceledException>();
        first.Succeed();
        (await queue.NextAsync()).Succeed();
        (await Soon(Task.WhenAll([earlier, .. inside]))).ShouldBe(["first done", "a done", "b done"]);
        await Soon(end);
    }

    [Fact]
    public async Task A_caller_that_gives_up_before_there_is_room_leaves_no_trace()
    {
        await using var queue = new GatedQueue(new BatchLimits { Capacity = 1 });
        using var timeout = new CancellationTokenSource();
        var (first, earlier) = await queue.OccupyAsync();
        var inside = queue.ExecuteAsync("inside", Test);
        var outside = queue.ExecuteAsync("outside", timeout.Token);

        await timeout.CancelAsync();
        await Soon(outside).ShouldThrowAsync<OperationCanceledException>();
        first.Succeed();
        var batch = await queue.NextAsync();
        batch.Succeed();

        batch.Items.ShouldBe(["inside"]);
        (await Soon(Task.WhenAll(earlier, inside))).ShouldBe(["first done", "inside done"]);
    }
}
