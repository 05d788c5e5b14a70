using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using HdrHistogram;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>Posts orders and records the responses.</summary>
internal abstract class OrderPosts(HttpMessageHandler handler, Uri address) : IDisposable
{
    private const long Longest = 120_000_000;

    private readonly Uri _orders = new(address, "api/orders");
    // The bare invoker: HttpClient would add a timer and a buffer per request on the measured machine.
    private readonly HttpMessageInvoker _http = new(handler, disposeHandler: false);
    private readonly ConcurrentQueue<long> _accepted = [];
    private int _answered;
    private int _refused;

    public abstract int Count { get; }

    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Posts with a response other than 201.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Numbers of the accepted orders.</summary>
    public IEnumerable<long> Accepted => _accepted;

    /// <summary>Time to the complete response, in microseconds.</summary>
    public HistogramBase Latencies { get; } = new LongConcurrentHistogram(1, Longest, 3);

    /// <summary>Milliseconds, for people.</summary>
    public string Latency(double percentile) => $"{Latencies.GetValueAtPercentile(percentile) / 1000.0:0.0}";

    public void Dispose() => _http.Dispose();

    /// <summary>Posts one order.</summary>
    /// <param name="body">The order.</param>
    /// <param name="start">Timestamp from which its latency counts.</param>
    /// <param name="ct">Cancels the request.</param>
    protected async Task PostAsync(byte[] body, long start, CancellationToken ct)
    {
        var id = await SendAsync(body, ct);
        Latencies.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(start).TotalMicroseconds, 1, Longest));
        if (id > 0) _accepted.Enqueue(id);
        else Interlocked.Increment(ref _refused);
        Interlocked.Increment(ref _answered);
    }

    private async Task<long> SendAsync(byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _orders) { Content = OrderMix.Content(body) };
        try
        {
            using var answer = await _http.SendAsync(request, ct);
            await answer.Content.CopyToAsync(Stream.Null, ct);
            if (answer.StatusCode != HttpStatusCode.Created) return 0;
            return long.Parse(answer.Headers.Location!.OriginalString.Split('/')[^1], CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
