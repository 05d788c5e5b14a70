using System.Collections.Concurrent;
using System.Threading.Channels;
using Fulfillment.Persistence;
using Microsoft.Extensions.Time.Testing;

namespace Modules.Tests.Persistence;

/// <summary>A queue that a failed test can dispose of without waiting forever for batches that are never released.</summary>
internal abstract class TestQueue : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly BatchQueue<string, string> _queue;

    protected TestQueue(BatchLimits? limits, TimeProvider? time) => _queue = new BatchQueue<string, string>(
        GetType().Name, ProcessAsync, limits ?? new BatchLimits(), time ?? TimeProvider.System);

    public Task<string> ExecuteAsync(string item, CancellationToken ct = default) => _queue.ExecuteAsync(item, ct);

    /// <summary>Ends the queue as its owner does.</summary>
    public Task EndAsync() => _queue.DisposeAsync().AsTask();

    public async ValueTask DisposeAsync() => await Task.WhenAny(EndAsync(), Task.Delay(Timeout));

    protected abstract Task<IReadOnlyList<string>?> ProcessAsync(IReadOnlyList<string> items, Func<bool> beginCommit);
}

/// <summary>A queue whose batches wait until the test lets them go.</summary>
internal sealed class GatedQueue(BatchLimits? limits = null, TimeProvider? time = null) : TestQueue(limits, time)
{
    private readonly Channel<Batch> _batches = Channel.CreateUnbounded<Batch>();

    /// <summary>The next batch that is being processed.</summary>
    public async Task<Batch> NextAsync() =>
        await _batches.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Keeps the writer busy with a caller of its own.</summary>
    public async Task<(Batch Batch, Task<string> Caller)> OccupyAsync()
    {
        var caller = ExecuteAsync("first", TestContext.Current.CancellationToken);
        return (await NextAsync(), caller);
    }

    protected override Task<IReadOnlyList<string>?> ProcessAsync(IReadOnlyList<string> items, Func<bool> beginCommit)
    {
        var batch = new Batch(items, beginCommit);
        _batches.Writer.TryWrite(batch);
        return batch.Result;
    }

    internal sealed record Batch(IReadOnlyList<string> Items, Func<bool> BeginCommit)
    {
        private readonly TaskCompletionSource<IReadOnlyList<string>?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyList<string>?> Result => _result.Task;

        public void Succeed() => _result.SetResult([.. Items.Select(item => $"{item} done")]);

        public void RollBack() => _result.SetResult(null);

        public void Fail(Exception exception) => _result.SetException(exception);
    }
}

/// <summary>A queue that processes batches with a function, and keeps them.</summary>
internal sealed class FreeQueue(Func<IReadOnlyList<string>, IReadOnlyList<string>> process, BatchLimits? limits = null)
    : TestQueue(limits, time: null)
{
    private const string Occupation = "occupation";
    private readonly TaskCompletionSource _occupied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<IReadOnlyList<string>> Batches { get; } = [];

    /// <summary>Queues all items while the writer is busy, so that they become one batch.</summary>
    public async Task<IReadOnlyList<Task<string>>> InOneBatchAsync(IEnumerable<string> items)
    {
        var busy = ExecuteAsync(Occupation);
        await _occupied.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Task<string>[] callers = [.. items.Select(item => ExecuteAsync(item))];
        _release.SetResult();
        await busy.WaitAsync(TimeSpan.FromSeconds(20));
        return callers;
    }

    protected override async Task<IReadOnlyList<string>?> ProcessAsync(IReadOnlyList<string> items, Func<bool> beginCommit)
    {
        if (items is [Occupation])
        {
            _occupied.SetResult();
            await _release.Task;
            return items;
        }

        Batches.Enqueue(items);
        return process(items);
    }
}

/// <summary>A clock that stands still, and reports each timer that is started on it.</summary>
internal sealed class ObservedTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();
    private int _count;

    /// <summary>Timers that were ever asked for.</summary>
    public int Timers => _count;

    /// <summary>Waits for the next timer, checks its length in seconds and lets it pass.</summary>
    public async Task PassAsync(double atLeast, double atMost)
    {
        var due = await _timers.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        due.TotalSeconds.ShouldBeInRange(atLeast, atMost);
        Advance(due);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _count);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }
}
