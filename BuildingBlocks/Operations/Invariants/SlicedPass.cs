namespace Fulfillment.Operations.Invariants;

/// <summary>
/// Decides which slices of a large table are checked next, and keeps the last result of each. It is in memory only: after a start
/// the newest slices come first, and all others in turn.
/// </summary>
internal sealed class SlicedPass
{
    /// <summary>Ids of a slice; few enough that its snapshot is short.</summary>
    public const long Size = 20_000;

    private readonly SortedDictionary<long, SliceResult> _violated = [];
    private long _newest = -1;
    private long _next;
    private long _passed;
    private bool _complete;

    /// <summary>Violations of a slice.</summary>
    public sealed record SliceResult(long Violations, IReadOnlyList<InvariantViolation> Examples);

    /// <summary>Part of the slices that was checked, from 0 to 1.</summary>
    public double Covered { get; private set; }

    /// <summary>Violations of all slices.</summary>
    public long Violations => _violated.Values.Sum(slice => slice.Violations);

    /// <summary>Examples, the newest first.</summary>
    public IReadOnlyList<InvariantViolation> Examples =>
        [.. _violated.Reverse().SelectMany(slice => slice.Value.Examples).Take(Invariant.MaxExamples)];

    /// <summary>
    /// Checks slices until all are checked or the time is over. Violated slices come first, then slices with ids since the last
    /// call, then the others, beginning where the last call ended.
    /// </summary>
    /// <param name="largest">The largest id there is.</param>
    /// <param name="check">Checks the ids of a range, the first one excluded.</param>
    /// <param name="isOver">True when the time is over. One slice is checked in any case.</param>
    public async Task AdvanceAsync(long largest, Func<long, long, Task<SliceResult>> check, Func<bool> isOver)
    {
        var slices = Math.Max(1, (largest + Size - 1) / Size);
        var done = new HashSet<long>();
        // Rows of the slice below the newest one may still have been open at the last check.
        var since = _newest < 0 ? slices - 1 : Math.Max(0, Math.Min(_newest, slices) - 2);
        _newest = slices;
        long[] urgent = [.. _violated.Keys.Where(slice => slice < slices), .. Descending(slices - 1, since)];
        foreach (var slice in _violated.Keys.Where(slice => slice >= slices).ToArray()) _violated.Remove(slice);
        foreach (var slice in urgent.Distinct())
        {
            await CheckAsync(slice);
            if (isOver()) break;
        }

        for (var turns = 0L; turns < slices && !(isOver() && done.Count > 0); turns++)
        {
            if (_next >= slices) _next = 0;
            if (!done.Contains(_next)) await CheckAsync(_next);
            _next++;
            if (++_passed >= slices) (_complete, _passed) = (true, 0);
        }

        Covered = _complete ? 1 : Math.Min(1, (double)_passed / slices);

        async Task CheckAsync(long slice)
        {
            var result = await check(slice * Size, (slice + 1) * Size);
            done.Add(slice);
            if (result.Violations > 0) _violated[slice] = result;
            else _violated.Remove(slice);
        }
    }

    private static IEnumerable<long> Descending(long from, long to)
    {
        for (var slice = from; slice >= to; slice--) yield return slice;
    }
}
