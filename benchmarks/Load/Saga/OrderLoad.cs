using System.Diagnostics;
using System.Globalization;
using System.Net;
using HdrHistogram;

namespace Fulfillment.Load.Saga;

/// <summary>Posts orders, a fixed number of them in flight, and remembers what was answered.</summary>
internal sealed class OrderLoad(HttpMessageHandler handler, Uri address, IReadOnlyList<byte[]> bodies, int concurrency)
{
    private readonly Uri _orders = new(address, "api/orders");
    private readonly long[] _accepted = new long[bodies.Count];
    private int _next;
    private int _answered;
    private int _refused;

    public int Count => bodies.Count;

    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Posts that were not answered with 201.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Numbers of the accepted orders.</summary>
    public IEnumerable<long> Accepted => _accepted.Where(id => id > 0);

    /// <summary>Time from request to complete answer, in microseconds.</summary>
    public HistogramBase Latencies { get; } = new LongConcurrentHistogram(1, 120_000_000, 3);

    /// <summary>Time from the first request to the last answer.</summary>
    public TimeSpan Duration { get; private set; }

    public async Task PostAsync(CancellationToken ct)
    {
        // The bare invoker: HttpClient would add a timer and a buffer per request on the machine that is being measured.
        using var http = new HttpMessageInvoker(handler, disposeHandler: false);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => WorkAsync(http, ct), ct)));
        Duration = clock.Elapsed;
    }

    private async Task WorkAsync(HttpMessageInvoker http, CancellationToken ct)
    {
        while (Interlocked.Increment(ref _next) - 1 is var i && i < bodies.Count)
        {
            var start = Stopwatch.GetTimestamp();
            _accepted[i] = await PostAsync(http, bodies[i], ct);
            Latencies.RecordValue((long)Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            if (_accepted[i] == 0) Interlocked.Increment(ref _refused);
            Interlocked.Increment(ref _answered);
        }
    }

    private async Task<long> PostAsync(HttpMessageInvoker http, byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _orders) { Content = Shop.Content(body) };
        try
        {
            using var answer = await http.SendAsync(request, ct);
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
