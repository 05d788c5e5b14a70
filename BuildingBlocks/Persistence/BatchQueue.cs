using System.Diagnostics;
using System.Threading.Channels;
using Fulfillment.Core;
using Polly;

namespace Fulfillment.Persistence;

/// <summary>
/// Processes a batch as a whole: its effects are all there when this returns one result per item, or none are when it throws or
/// returns null. It may be called again with the same items, whole or in part, and must then not repeat their effects.
/// </summary>
/// <param name="items">The work.</param>
/// <param name="beginCommit">
/// Called right before the commit. False when a caller of the batch has given up: the batch is rolled back, and null is returned.
/// From true on, a caller that gives up gets an <see cref="OutcomeUnknownException"/>.
/// </param>
internal delegate Task<IReadOnlyList<TResult>?> ProcessBatch<in TItem, TResult>(IReadOnlyList<TItem> items, Func<bool> beginCommit);

/// <summary>
/// Collects concurrent calls into batches without a timer: while one batch is being processed the next one forms, so an idle
/// caller is served at once and a busy system in large batches. Each caller gets its own result, only after its batch is done.
/// </summary>
internal sealed class BatchQueue<TItem, TResult> : IAsyncDisposable
{
    private readonly Channel<Waiting> _queue;
    private readonly string _name;
    private readonly ProcessBatch<TItem, TResult> _process;
    private readonly BatchLimits _limits;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _retry;
    private readonly Task _loop;

    public BatchQueue(string name, ProcessBatch<TItem, TResult> process, BatchLimits limits, TimeProvider time)
    {
        (_name, _process, _limits, _time) = (name, process, limits, time);
        _retry = Retry.While(
            TransientErrors.Is, failures => limits.RetryDelay * Math.Pow(2, failures - 1) * (0.5 + Random.Shared.NextDouble()),
            attempts: limits.Attempts, time: time);
        _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(limits.Capacity) { SingleReader = true });
        // The loop outlives every caller: it must not inherit the log context and trace of the first one.
        using (ExecutionContext.SuppressFlow()) _loop = Task.Run(RunAsync);
    }

    /// <summary>Processes an item within the next batch; see <see cref="GroupCommit{TItem,TResult}.ExecuteAsync"/>.</summary>
    public async Task<TResult> ExecuteAsync(TItem item, CancellationToken ct = default)
    {
        if (_limits.Timeout is not { } timeout) return await EnqueueAsync(item, ct);
        using var end = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, ct);
        try
        {
            return await EnqueueAsync(item, either.Token);
        }
        catch (OperationCanceledException e) when (end.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"It was not done within {timeout}.", e);
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
            // The process is stopping: the work is not wrong, and its sender will bring it again.
            throw new OperationCanceledException("The queue has ended.", e);
        }

        try
        {
            return await waiting.Completion.Task.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (!waiting.IsAbandoned())
        {
            if (waiting.Completion.Task.IsCompleted) return await waiting.Completion.Task;
            throw new OutcomeUnknownException("The commit was not confirmed in time.");
        }
    }

    /// <summary>Finishes the waiting work. Later calls fail.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        var batch = new List<Waiting>(_limits.MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _limits.MaxBatch && _queue.Reader.TryRead(out var waiting))
            {
                if (!waiting.HasGivenUp) batch.Add(waiting);
            }

            if (batch.Count == 0) continue;
            using var activity = Telemetry.Share(_name, batch.Select(waiting => waiting.Trace));
            await CompleteAsync(batch);
        }
    }

    private async Task CompleteAsync(List<Waiting> batch)
    {
        try
        {
            var results = await _retry.ExecuteAsync(async _ => await ProcessAsync(batch));
            for (var i = 0; i < batch.Count; i++) batch[i].Succeed(results[i]);
        }
        catch (Exception e) when (batch.Count > 1 && !TransientErrors.Is(e))
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
            foreach (var waiting in batch) waiting.Fail(e);
        }
    }

    private async Task<IReadOnlyList<TResult>> ProcessAsync(List<Waiting> batch)
    {
        while (true)
        {
            // A caller that was told "not done" must not find its work done later, so its item is dropped.
            if (batch.RemoveAll(waiting => waiting.HasGivenUp) > 0 && batch.Count == 0) return [];
            var committing = false;
            try
            {
                var results = await _process([.. batch.Select(waiting => waiting.Item)], () => committing = TryBeginCommit(batch));
                // Rolled back for a caller that has given up, and tried again at once without it.
                if (results is null) continue;
                return results.Count == batch.Count
                    ? results
                    : throw new InvalidOperationException($"{_name} returned {results.Count} results for {batch.Count} items.");
            }
            catch (Exception e) when (committing)
            {
                batch.ForEach(waiting => waiting.EndCommit(isUnknown: OutcomeUnknownException.Leaves(e)));
                throw;
            }
        }
    }

    // The next attempt finds a caller that gives up meanwhile; until then its outcome is unknown.
    private static bool TryBeginCommit(List<Waiting> batch)
    {
        var begun = batch.TakeWhile(waiting => waiting.TryBeginCommit()).Count();
        if (begun == batch.Count) return true;
        foreach (var waiting in batch.Take(begun)) waiting.EndCommit(isUnknown: false);
        return false;
    }

    /// <summary>A caller and its item. Its lock decides between the caller that gives up and the commit that begins.</summary>
    private sealed class Waiting(TItem item, CancellationToken caller)
    {
        private readonly Lock _gate = new();
        private bool _isCommitting;

        // A commit of an earlier attempt was not confirmed.
        private bool _isInDoubt;

        public TItem Item { get; } = item;

        public bool HasGivenUp => caller.IsCancellationRequested;

        public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

        public TaskCompletionSource<TResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>True when the work is not done and will not be done; false when its commit has begun or is over.</summary>
        public bool IsAbandoned()
        {
            lock (_gate) return !_isCommitting && !_isInDoubt && !Completion.Task.IsCompleted;
        }

        public bool TryBeginCommit()
        {
            lock (_gate) return _isCommitting = !HasGivenUp;
        }

        public void EndCommit(bool isUnknown)
        {
            lock (_gate)
            {
                _isCommitting = false;
                _isInDoubt |= isUnknown;
            }
        }

        public void Succeed(TResult result)
        {
            lock (_gate) Completion.TrySetResult(result);
        }

        public void Fail(Exception exception)
        {
            lock (_gate)
            {
                Completion.TrySetException(
                    _isInDoubt && exception is not OutcomeUnknownException
                        ? new OutcomeUnknownException(exception.Message, exception)
                        : exception);
            }
        }
    }
}
