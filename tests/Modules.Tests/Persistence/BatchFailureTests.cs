using Fulfillment.Core;
using Fulfillment.Persistence;

namespace Modules.Tests.Persistence;

/// <summary>Batches that fail, and commits whose outcome is not known.</summary>
public sealed class BatchFailureTests : BatchQueueTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(37)]
    [InlineData(63)]
    public async Task A_poison_item_fails_alone_and_costs_a_few_batches(int poison)
    {
        await using var queue = new FreeQueue(items => items.Contains($"item {poison}")
            ? throw new InvalidDataException("poison")
            : [.. items.Select(item => $"{item} done")]);
        var callers = await queue.InOneBatchAsync(Names(64));

        for (var i = 0; i < callers.Count; i++)
        {
            if (i == poison) (await Soon(callers[i]).ShouldThrowAsync<InvalidDataException>()).Message.ShouldBe("poison");
            else (await Soon(callers[i])).ShouldBe($"item {i} done");
        }

        // The whole, and two halves on each of the six levels down to a single item.
        queue.Batches.Count.ShouldBe(1 + (2 * 6));
    }

    [Fact]
    public async Task Two_poison_items_fail_and_no_other()
    {
        string[] poison = ["item 5", "item 6"];
        await using var queue = new FreeQueue(items => items.Any(poison.Contains)
            ? throw new InvalidDataException(string.Join(", ", items.Where(poison.Contains)))
            : [.. items.Select(item => $"{item} done")]);
        var callers = await queue.InOneBatchAsync(Names(9));

        foreach (var (caller, name) in callers.Zip(Names(9)))
        {
            if (poison.Contains(name)) (await Soon(caller).ShouldThrowAsync<InvalidDataException>()).Message.ShouldBe(name);
            else (await Soon(caller)).ShouldBe($"{name} done");
        }
    }

    [Fact]
    public async Task A_transient_failure_is_tried_again_with_all_items()
    {
        var time = new ObservedTime();
        await using var queue = new GatedQueue(new BatchLimits { Attempts = 3, RetryDelay = TimeSpan.FromSeconds(1) }, time);
        var (first, earlier) = await queue.OccupyAsync();
        Task<string>[] callers = [queue.ExecuteAsync("a", Test), queue.ExecuteAsync("b", Test)];
        first.Succeed();
        await Soon(earlier);

        (await queue.NextAsync()).Fail(new TimeoutException());
        await time.PassAsync(atLeast: 0.5, atMost: 1.5);
        (await queue.NextAsync()).Fail(new TimeoutException());
        await time.PassAsync(atLeast: 1, atMost: 3);
        var last = await queue.NextAsync();
        callers.ShouldAllBe(caller => !caller.IsCompleted);
        last.Succeed();

        last.Items.ShouldBe(["a", "b"]);
        (await Soon(Task.WhenAll(callers))).ShouldBe(["a done", "b done"]);
    }

    [Fact]
    public async Task A_transient_failure_that_stays_reaches_every_caller()
    {
        var time = new ObservedTime();
        await using var queue = new GatedQueue(new BatchLimits { Attempts = 2 }, time);
        var (first, earlier) = await queue.OccupyAsync();
        Task<string>[] callers = [queue.ExecuteAsync("a", Test), queue.ExecuteAsync("b", Test)];
        first.Succeed();
        await Soon(earlier);

        (await queue.NextAsync()).Fail(new TimeoutException("first"));
        await time.PassAsync(atLeast: 0, atMost: 1);
        (await queue.NextAsync()).Fail(new TimeoutException("last"));

        foreach (var caller in callers) (await Soon(caller).ShouldThrowAsync<TimeoutException>()).Message.ShouldBe("last");
        var next = queue.ExecuteAsync("c", Test);
        var batch = await queue.NextAsync();
        batch.Items.ShouldBe(["c"], "the batch was neither halved nor tried a third time");
        batch.Succeed();
        (await Soon(next)).ShouldBe("c done");
    }

    [Fact]
    public async Task A_batch_is_tried_again_without_those_who_have_given_up()
    {
        using var cancellation = new CancellationTokenSource();
        await using var queue = new GatedQueue(new BatchLimits { RetryDelay = TimeSpan.Zero });
        var (first, busy) = await queue.OccupyAsync();
        var stays = queue.ExecuteAsync("stays", Test);
        var leaves = queue.ExecuteAsync("leaves", cancellation.Token);
        first.Succeed();
        await Soon(busy);

        var attempt = await queue.NextAsync();
        await cancellation.CancelAsync();
        attempt.Fail(new TimeoutException("unavailable"));
        var again = await queue.NextAsync();
        again.Succeed();

        again.Items.ShouldBe(["stays"]);
        (await Soon(stays)).ShouldBe("stays done");
        await Should.ThrowAsync<OperationCanceledException>(() => Soon(leaves));
    }

    [Fact]
    public async Task A_batch_is_rolled_back_and_processed_without_a_caller_that_gives_up_before_its_commit_begins()
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
        batch.BeginCommit().ShouldBeFalse();
        batch.RollBack();
        var again = await queue.NextAsync();
        again.BeginCommit().ShouldBeTrue();
        again.Succeed();

        again.Items.ShouldBe(["stays"]);
        (await Soon(stays)).ShouldBe("stays done");
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_its_commit_is_under_way_is_told_that_the_outcome_is_unknown()
    {
        var time = new ObservedTime();
        await using var queue = new GatedQueue(new BatchLimits { Timeout = TimeSpan.FromSeconds(4) }, time);
        var (batch, caller) = await queue.OccupyAsync();
        batch.BeginCommit().ShouldBeTrue();

        await time.PassAsync(4, 4);

        await Soon(caller).ShouldThrowAsync<OutcomeUnknownException>();
        batch.Succeed();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_that_was_not_confirmed_leaves_its_outcome_unknown_unless_an_attempt_succeeds(bool succeeds)
    {
        await using var queue = new GatedQueue(new BatchLimits { Attempts = 2, RetryDelay = TimeSpan.Zero });
        var (attempt, caller) = await queue.OccupyAsync();
        attempt.BeginCommit().ShouldBeTrue();
        attempt.Fail(new OutcomeUnknownException("lost"));

        var again = await queue.NextAsync();
        if (succeeds) again.Succeed();
        else again.Fail(new TimeoutException("no connection"));

        if (succeeds) (await Soon(caller)).ShouldBe("first done");
        else (await Soon(caller).ShouldThrowAsync<OutcomeUnknownException>()).InnerException.ShouldBeOfType<TimeoutException>();
    }

    [Fact]
    public async Task A_commit_that_the_server_has_refused_is_no_unknown_outcome()
    {
        await using var queue = new GatedQueue(new BatchLimits { Attempts = 1 });
        var (batch, caller) = await queue.OccupyAsync();
        batch.BeginCommit().ShouldBeTrue();

        batch.Fail(new Npgsql.PostgresException("conflict", "ERROR", "ERROR", Npgsql.PostgresErrorCodes.SerializationFailure));

        await Soon(caller).ShouldThrowAsync<Npgsql.PostgresException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_wrong_number_of_results_is_an_error_of_the_batch(int results)
    {
        await using var queue = new FreeQueue(_ => [.. Names(results)]);

        var error = await Soon(queue.ExecuteAsync("a", Test)).ShouldThrowAsync<InvalidOperationException>();

        error.Message.ShouldBe($"FreeQueue returned {results} results for 1 items.");
    }

    [Fact]
    public async Task A_failed_batch_does_not_end_the_queue()
    {
        await using var queue = new GatedQueue();
        var fails = queue.ExecuteAsync("fails", Test);
        (await queue.NextAsync()).Fail(new InvalidDataException());
        await Soon(fails).ShouldThrowAsync<InvalidDataException>();

        var next = queue.ExecuteAsync("next", Test);
        (await queue.NextAsync()).Succeed();

        (await Soon(next)).ShouldBe("next done");
    }
}
