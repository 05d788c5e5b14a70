using System.Diagnostics;
using System.Threading.Channels;
using Fulfillment.BuildingBlocks.Messaging;
using Fulfillment.BuildingBlocks.Observability;

namespace Fulfillment.BuildingBlocks.Persistence;

/// <summary>Limits of a <see cref="BatchQueue{TItem,TResult}"/>.</summary>
public sealed record BatchLimits
{
    /// <summary>Items that are processed together at most.</summary>
    public int MaxBatch { get; init; } = 500;

    /// <summary>Items that wait at most; a caller beyond that waits until there is room.</summary>
    public int Capacity { get; init; } = 4_000;

    /// <summary>Batches that are processed at the same time.</summary>
    public int Writers { get; init; } = 1;

    /// <summary>How often a batch is tried when its failures are transient.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Pause before the second attempt; it doubles with each further one and is jittered.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a caller waits at most; null: as long as it takes.</summary>
    public TimeSpan? Patience { get; init; }
}

/// <summary>
/// Collects concurrent calls into batches without a timer: while one batch is being processed the next one forms, so an idle
/// caller is served at once and a busy system in large batches. Each caller gets its own result, only after its batch is done.
/// </summary>
/// <typeparam name="TItem">What a caller brings.</typeparam>
/// <typeparam name="TResult">What it gets.</typeparam>
public abstract class BatchQueue<TItem, TResult> : IAsyncDisposable
{
    private readonly Channel<Waiting> _queue;
    private readonly BatchLimits _limits;
    private readonly Task[] _writers;

    /// <summary>Starts the writers.</summary>
    protected BatchQueue(BatchLimits limits, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        Time = time ?? TimeProvider.System;
        _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(limits.Capacity) { SingleReader = limits.Writers == 1 });
        // The writers outlive every caller: they must not inherit the log context and trace of the first one.
        using (ExecutionContext.SuppressFlow())
            _writers = [.. Enumerable.Range(0, limits.Writers).Select(_ => Task.Run(WriteAsync))];
    }

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; }

    /// <summary>The current time in the precision that PostgreSQL keeps, so that a row and what is said about it agree.</summary>
    protected DateTimeOffset Now()
    {
        var now = Time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>Processes an item within the next batch.</summary>
    /// <param name="item">The work.</param>
    /// <param name="ct">Stops the caller's waiting. Work that a batch has already taken is finished, for the others' sake.</param>
    /// <returns>The item's own result, after its batch is done.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the queue has ended before it took the item.</exception>
    /// <exception cref="TimeoutException">It took longer than callers wait. The work may have been done nevertheless.</exception>
    public async Task<TResult> ExecuteAsync(TItem item, CancellationToken ct = default)
    {
        if (_limits.Patience is not { } patience) return await EnqueueAsync(item, ct);
        using var end = new CancellationTokenSource(patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, ct);
        try
        {
            return await EnqueueAsync(item, either.Token);
        }
        catch (OperationCanceledException e) when (end.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"It was not done within {patience}.", e);
        }
    }

    private async Task<TResult> EnqueueAsync(TItem item, CancellationToken ct)
    {
        var waiting = new Waiting(item, ct);
        try
        {
            await _queue.Writer.WriteAsync(waiting, ct);
        }
        catch (ChannelClosedException e)
        {
            // The process is stopping: the work is not wrong, and somebody will bring it again.
            throw new OperationCanceledException("The queue has ended.", e);
        }

        return await waiting.Completion.Task.WaitAsync(ct);
    }

    /// <summary>Finishes what is waiting, then ends the writers. Later calls fail.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_writers);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Processes a batch as a whole: its effects are all there when this returns, or none are when it throws.
    /// It may be called again with the same items, whole or in part, and must then not repeat their effects.
    /// </summary>
    /// <returns>One result per item, in the order of the items.</returns>
    protected abstract Task<IReadOnlyList<TResult>> ProcessAsync(IReadOnlyList<TItem> items);

    /// <summary>True when the same batch may succeed if it is tried again.</summary>
    protected virtual bool IsTransient(Exception exception) => TransientFailure.Is(exception);

    private async Task WriteAsync()
    {
        var batch = new List<Waiting>(_limits.MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _limits.MaxBatch && _queue.Reader.TryRead(out var waiting))
            {
                if (!waiting.HasGivenUp()) batch.Add(waiting);
            }

            if (batch.Count == 0) continue;
            using var activity = Tracing.Share(GetType().Name, batch.Select(waiting => waiting.Trace));
            await CompleteAsync(batch);
        }
    }

    private async Task CompleteAsync(List<Waiting> batch)
    {
        try
        {
            var results = await ProcessWithRetriesAsync(batch);
            for (var i = 0; i < batch.Count; i++) batch[i].Completion.TrySetResult(results[i]);
        }
        catch (Exception e) when (batch.Count > 1 && !IsTransient(e))
        {
            // Halving until the poison item stands alone costs a few batches, where one by one would cost hundreds.
            var half = batch.Count / 2;
            await CompleteAsync(batch[..half]);
            await CompleteAsync(batch[half..]);
        }
#pragma warning disable CA1031 // Not swallowed: every caller of the batch gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var waiting in batch) waiting.Completion.TrySetException(e);
        }
    }

    private async Task<IReadOnlyList<TResult>> ProcessWithRetriesAsync(List<Waiting> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Nobody wants to have done late what it was told has failed.
            if (attempt > 1 && batch.RemoveAll(waiting => waiting.HasGivenUp()) > 0 && batch.Count == 0) return [];
            TItem[] items = [.. batch.Select(waiting => waiting.Item)];
            try
            {
                var results = await ProcessAsync(items);
                return results.Count == items.Length
                    ? results
                    : throw new InvalidOperationException($"{GetType().Name} returned {results.Count} results for {items.Length} items.");
            }
            catch (Exception e) when (attempt < _limits.Attempts && IsTransient(e))
            {
                var jitter = 0.5 + Random.Shared.NextDouble();
                await Task.Delay(_limits.RetryDelay * Math.Pow(2, attempt - 1) * jitter, Time);
            }
        }
    }

    private sealed record Waiting(TItem Item, CancellationToken Caller)
    {
        public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

        public TaskCompletionSource<TResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasGivenUp() => Caller.IsCancellationRequested && (Completion.TrySetCanceled(Caller) || true);
    }
}
