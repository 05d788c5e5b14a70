using System.Diagnostics;
using Fulfillment.Core;
using Fulfillment.Persistence;

namespace Modules.Tests.Persistence;

/// <summary>Forming of batches, and their results.</summary>
public sealed class BatchQueueTests : BatchQueueTest
{
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
}
