using Fulfillment.Core;
using Microsoft.Extensions.Time.Testing;

namespace Modules.Tests;

public sealed class SingleFlightCacheTests
{
    private readonly FakeTimeProvider _time = new();
    private int _reads;

    [Fact]
    public async Task A_value_is_read_again_when_it_is_too_old()
    {
        var cache = new SingleFlightCache<int>(TimeSpan.FromSeconds(1), _ => Task.FromResult(++_reads), _time);

        (await cache.GetAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await cache.GetAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await cache.GetAsync(TestContext.Current.CancellationToken)).ShouldBe(2);
        cache.Invalidate();
        (await cache.GetAsync(TestContext.Current.CancellationToken)).ShouldBe(3);
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_one_reading()
    {
        var reading = new TaskCompletionSource<int>();
        var cache = new SingleFlightCache<int>(
            TimeSpan.FromSeconds(1), _ => Interlocked.Increment(ref _reads) == 1 ? reading.Task : Task.FromResult(0), _time);

        var callers = Enumerable.Range(0, 10).Select(_ => cache.GetAsync(TestContext.Current.CancellationToken)).ToArray();
        reading.SetResult(7);

        (await Task.WhenAll(callers)).ShouldAllBe(value => value == 7);
        _reads.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var cache = new SingleFlightCache<int>(
            TimeSpan.FromHours(1), _ => ++_reads == 1 ? throw new IOException("unavailable") : Task.FromResult(_reads), _time);

        await Should.ThrowAsync<IOException>(() => cache.GetAsync(TestContext.Current.CancellationToken));
        (await cache.GetAsync(TestContext.Current.CancellationToken)).ShouldBe(2);
    }
}
