using System.Diagnostics;
using Fulfillment.Core;
using Fulfillment.Persistence;

namespace Modules.Tests.Persistence;

public sealed class BatchQueueTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_caller_is_served_alone_and_at_once()
    {
        var time = new ObservedTime();
        await using var queue = new GatedQueue(new BatchLimits(), time);

        var caller = queue.ExecuteAsync("a", Test);
        var batch = await queue.NextAsync();
        batch.Succeed();

        batch.Items.ShouldBe(["a"]);
        (await Soon(caller)).ShouldBe("a done");
        time.Timers.ShouldBe(0, "nothing waited for the clock");
    }

    [Fact]
    public async Task A_batch_forms_while_the_previous_one_is_in_progress()
    {
        await using var queue = new GatedQueue(new BatchLimits { MaxBatch = 3 });
        var callers = new List<Task<string>> { queue.ExecuteAsync("first", Test) };
        var first = await queue.NextAsync();

        callers.AddRange(Names(7).Select(name => queue.ExecuteAsync(name, Test)));
        first.Succeed();

        var sizes = new List<int>();
        for (var served = 0; served < 7; served += sizes[^1])
        {
            var batch = await queue.NextAsync();
            batch.Items.ShouldBe(Names(7).Skip(served).Take(3));
            sizes.Add(batch.Items.Count);
            batch.Succeed();
        }

        sizes.ShouldBe([3, 3, 1]);
        (await Soon(Task.WhenAll(callers))).ShouldBe(["first done", .. Names(7).Select(name => $"{name} done")]);
    }

    [Fact]
    public async Task A_caller_gets_its_result_only_when_its_batch_is_done()
    {
        await using var queue = new GatedQueue();
        var (first, earlier) = await queue.OccupyAsync();
        Task<string>[] callers = [queue.ExecuteAsync("a", Test), queue.ExecuteAsync("b", Test)];

        first.Succeed();
        await Soon(earlier);
        var batch = await queue.NextAsync();

        callers.ShouldAllBe(caller => !caller.IsCompleted);
        batch.Succeed();
        (await Soon(Task.WhenAll(callers))).ShouldBe(["a done", "b done"]);
    }

    [Fact]
    public async Task Among_many_callers_each_gets_its_own_result()
    {
        await using var queue = new FreeQueue(
            items => [.. items.Select(item => $"{item} done")], new BatchLimits { MaxBatch = 17, Capacity = 50 });

        var results = await Soon(Task.WhenAll(Names(2_000).Select(name => Task.Run(() => queue.ExecuteAsync(name, Test), Test))));

        results.ShouldBe(Names(2_000).Select(name => $"{name} done"));
        queue.Batches.ShouldAllBe(batch => batch.Count <= 17);
    }

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
    public async Task The_end_finishes_what_waits_and_refuses_what_comes_later()
    {
        await using var queue = new GatedQueue();
        var (first, earlier) = await queue.OccupyAsync();
        var waiting = queue.ExecuteAsync("waiting", Test);

        var end = queue.EndAsync();
        end.IsCompleted.ShouldBeFalse();
        first.Succeed();
        (await queue.NextAsync()).Succeed();
        await Soon(end);

        (await Soon(Task.WhenAll(earlier, waiting))).ShouldBe(["first done", "waiting done"]);
        await Soon(queue.ExecuteAsync("late", Test)).ShouldThrowAsync<OperationCanceledException>();
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

    [Fact]
    public async Task The_queue_inherits_neither_log_context_nor_trace_of_a_caller()
    {
        MessageLogContext.Enter("Order", 1, Guid.NewGuid(), Guid.NewGuid());
        using var trace = new Activity("request").Start();
        var seen = new List<(MessageLogContext?, Activity?)>();
        await using var queue = new FreeQueue(items =>
        {
            seen.Add((MessageLogContext.Current, Activity.Current));
            return items;
        });

        await Soon(queue.ExecuteAsync("a", Test));

        seen.ShouldBe([(null, null)]);
        MessageLogContext.Current.ShouldNotBeNull("the caller keeps its own");
    }

    [Fact]
    public void Time_is_kept_to_the_microsecond_as_PostgreSQL_does()
    {
        var time = new ObservedTime();
        time.SetUtcNow(new DateTimeOffset(2026, 1, 15, 22, 43, 6, TimeSpan.Zero).AddTicks(1_234_567));

        time.NowToMicrosecond().ShouldBe(new DateTimeOffset(2026, 1, 15, 22, 43, 6, TimeSpan.Zero).AddTicks(1_234_560));
    }

    private static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => $"item {i}");

    // A test that would hang fails instead.
    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(20), Test);

    private static Task Soon(Task task) => task.WaitAsync(TimeSpan.FromSeconds(20), Test);
}
