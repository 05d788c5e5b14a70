using System.Diagnostics;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>
/// Posts orders at a steady rate, whether or not earlier ones have a response, as independent customers do. The latency counts from the
/// time at which an order was due: a system that stalls cannot hide it by delaying the next order.
/// </summary>
internal sealed class SteadyOrders(HttpMessageHandler handler, Uri address, IReadOnlyList<byte[]> bodies, int perSecond)
    : OrderPosts(handler, address)
{
    private int _count;

    public override int Count => _count;

    /// <summary>Posts until <paramref name="until"/> is cancelled, and waits for the last responses.</summary>
    public async Task PostAsync(CancellationToken until, CancellationToken ct)
    {
        var posts = new List<Task>();
        for (var start = Stopwatch.GetTimestamp(); !until.IsCancellationRequested; _count++)
        {
            var due = start + (_count * Stopwatch.Frequency / perSecond);
            // The timer counts whole milliseconds; its delay, at most about one, counts as the order's latency.
            var wait = TimeSpan.FromSeconds((due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (until.IsCancellationRequested) break;
            posts.Add(PostAsync(bodies[_count % bodies.Count], due, ct));
        }

        await Task.WhenAll(posts);
    }
}
