using System.Diagnostics;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>Posts a number of orders with a constant number of requests in flight.</summary>
internal sealed class OrderLoad(HttpMessageHandler handler, Uri address, IReadOnlyList<byte[]> bodies, int concurrency)
    : OrderPosts(handler, address)
{
    private int _next;

    public override int Count => bodies.Count;

    /// <summary>Time from the first request to the last answer.</summary>
    public TimeSpan Duration { get; private set; }

    public async Task PostAsync(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => WorkAsync(ct), ct)));
        Duration = clock.Elapsed;
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        while (Interlocked.Increment(ref _next) - 1 is var i && i < bodies.Count) await PostAsync(bodies[i], Stopwatch.GetTimestamp(), ct);
    }
}
