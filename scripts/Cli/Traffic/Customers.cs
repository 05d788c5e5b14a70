using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using HdrHistogram;

namespace Fulfillment.Cli.Traffic;

/// <summary>
/// Customers that place an order and read it and other resources. They send each request once: a response without success is a failure.
/// They start at a steady rate, and their latency counts from the time at which they were due.
/// </summary>
internal sealed class Customers : IDisposable
{
    private const long Longest = 120_000_000;
    private const int Stock = 10_000_000;
    private static readonly string[] Reads =
        ["api/orders?limit=5", "api/inventory/items?limit=5", "api/payments?limit=5", "api/notifications?limit=5"];

    private readonly HttpClient _http;
    private readonly string _product = $"TRAFFIC-{DateTimeOffset.UtcNow.ToUnixTimeSeconds():x}";
    private readonly ConcurrentQueue<long> _accepted = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly LongConcurrentHistogram _latencies = new(1, Longest, 3);
    private int _requests;

    public Customers(Uri address)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) };
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public int Requests => Volatile.Read(ref _requests);

    public int Accepted => _accepted.Count;

    /// <summary>Failures: the time, the request and the reason.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Milliseconds, for people.</summary>
    public string Latency(double percentile) => $"{_latencies.GetValueAtPercentile(percentile) / 1000.0:0.0}";

    /// <summary>Sets the stock.</summary>
    public async Task StockAsync()
    {
        using var answer = await _http.PutAsJsonAsync(
            $"api/inventory/items/{_product}", new { productName = "Sought after", availableQuantity = Stock });
        if (!answer.IsSuccessStatusCode)
            throw new CommandException($"Setting the stock failed: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Starts customers until it is cancelled, and waits for the last of them.</summary>
    public async Task ComeAsync(int perSecond, Action progress, CancellationToken until)
    {
        var visits = new List<Task>();
        var start = Stopwatch.GetTimestamp();
        for (var number = 0; !until.IsCancellationRequested; number++)
        {
            var due = start + (number * Stopwatch.Frequency / perSecond);
            var wait = TimeSpan.FromSeconds((due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (until.IsCancellationRequested) break;
            visits.Add(VisitAsync(number, due));
            if (number % perSecond == 0) progress();
        }

        await Task.WhenAll(visits);
    }

    /// <summary>Accepted orders that have not ended within the timeout.</summary>
    public async Task<IReadOnlyList<long>> FindOpenAsync(TimeSpan timeout)
    {
        var open = _accepted.ToList();
        for (var clock = Stopwatch.StartNew(); open.Count > 0 && clock.Elapsed < timeout; await Task.Delay(500))
        {
            var still = new ConcurrentQueue<long>();
            await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (id, ct) =>
            {
                if (!await HasEndedAsync(id, ct)) still.Enqueue(id);
            });
            open = [.. still];
        }

        return open;
    }

    public void Dispose() => _http.Dispose();

    private async Task VisitAsync(int number, long due)
    {
        var order = new
        {
            customerId = $"CUST-{number}",
            items = new[] { new { productId = _product, productName = "Sought after", quantity = 1, price = 9.99m } },
        };
        if (await AskAsync(() => _http.PostAsJsonAsync("api/orders", order), "POST api/orders", due) is { } placed)
        {
            var id = placed.GetProperty("orderId").GetInt64();
            _accepted.Enqueue(id);
            await AskAsync(
                () => _http.GetAsync(new Uri($"api/orders/{id}", UriKind.Relative)), $"GET api/orders/{id}", Stopwatch.GetTimestamp());
        }

        var read = Reads[number % Reads.Length];
        await AskAsync(() => _http.GetAsync(new Uri(read, UriKind.Relative)), $"GET {read}", Stopwatch.GetTimestamp());
    }

    private async Task<JsonElement?> AskAsync(Func<Task<HttpResponseMessage>> ask, string what, long due)
    {
        Interlocked.Increment(ref _requests);
        try
        {
            using var answer = await ask();
            var text = await answer.Content.ReadAsStringAsync();
            _latencies.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(due).TotalMicroseconds, 1, Longest));
            if (answer.IsSuccessStatusCode) return JsonSerializer.Deserialize<JsonElement>(text);
            _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.f} {what}: {(int)answer.StatusCode} {text}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.f} {what}: {e.InnerException?.Message ?? e.Message}");
        }

        return null;
    }

    // A failed read is repeated: these requests are not part of the customers' traffic.
    private async Task<bool> HasEndedAsync(long id, CancellationToken ct)
    {
        try
        {
            var order = await _http.GetFromJsonAsync<JsonElement>(new Uri($"api/orders/{id}", UriKind.Relative), ct);
            return order.GetProperty("status").GetString() is "COMPLETED" or "FAILED" or "CANCELLED";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
