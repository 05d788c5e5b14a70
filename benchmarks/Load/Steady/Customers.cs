using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using HdrHistogram;

namespace Fulfillment.Load.Steady;

/// <summary>Each places an order and looks at it in every module, once: a request that fails is not repeated, but told at once and counted.</summary>
internal sealed class Customers : IDisposable
{
    private const long Longest = 120_000_000;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // New connections all the time, so that no gateway keeps all customers.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromSeconds(5);

    private readonly string _product = $"STEADY-{DateTimeOffset.UtcNow.ToUnixTimeSeconds():x}";
    private readonly ConcurrentDictionary<long, byte> _open = [];
    private readonly ConcurrentDictionary<string, int> _endings = [];
    private readonly LongConcurrentHistogram _latencies = new(1, Longest, 3);
    private readonly HttpClient _http;
    private int _accepted;
    private int _failed;

    public Customers(Uri address) =>
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = ConnectionLifetime }) { BaseAddress = address, Timeout = Timeout };

    public int Accepted => _accepted;

    public int Failed => _failed;

    public long Requests => _latencies.TotalCount;

    /// <summary>How many orders ended how.</summary>
    public string Endings => string.Join(", ", _endings.OrderBy(ending => ending.Key).Select(ending => $"{ending.Key} {ending.Value}"));

    public string Milliseconds(double percentile) =>
        (_latencies.GetValueAtPercentile(percentile) / 1000.0).ToString("0.0", CultureInfo.InvariantCulture);

    public async Task StockUpAsync()
    {
        if (await SendAsync(HttpMethod.Put, $"api/inventory/items/{_product}", new { productName = "Steady", availableQuantity = 100_000_000 }) is null)
            throw new LoadException($"{_http.BaseAddress} does not take the stock that the orders need.");
    }

    /// <summary>Places an order and looks at it. Of ten customers one is declined.</summary>
    public async Task VisitAsync(int number)
    {
        var order = await SendAsync(HttpMethod.Post, "api/orders", new
        {
            customerId = $"CUST-{(number % 10 == 9 ? "DECLINE" : "APPROVE")}-{number}",
            items = new[] { new { productId = _product, productName = "Steady", quantity = 1, price = 9.99m } },
        });
        if (order is not { } placed) return;
        var id = placed.GetProperty("orderId").GetInt64();
        _open[id] = 0;
        Interlocked.Increment(ref _accepted);
        await Task.WhenAll(
            SendAsync(HttpMethod.Get, $"api/orders/{id}"), SendAsync(HttpMethod.Get, $"api/inventory/items/{_product}"),
            SendAsync(HttpMethod.Get, $"api/payments?orderId={id}"), SendAsync(HttpMethod.Get, $"api/notifications?orderId={id}"));
    }

    /// <summary>Looks at the orders that had not ended, and says how many still have not.</summary>
    public async Task<int> FindOpenAsync()
    {
        await Parallel.ForEachAsync(_open.Keys, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (id, _) =>
        {
            if (await SendAsync(HttpMethod.Get, $"api/orders/{id}") is not { } order) return;
            var status = order.GetProperty("status").GetString()!;
            if (status is not ("COMPLETED" or "FAILED" or "CANCELLED")) return;
            _open.TryRemove(id, out byte _);
            _endings.AddOrUpdate(status, 1, (_, count) => count + 1);
        });
        return _open.Count;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement?> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        var start = Stopwatch.GetTimestamp();
        string failure;
        try
        {
            using var answer = await _http.SendAsync(request);
            if (answer.IsSuccessStatusCode) return await answer.Content.ReadFromJsonAsync<JsonElement>();
            failure = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            failure = $"{e.Message} {e.InnerException?.Message}";
        }
        finally
        {
            _latencies.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(start).TotalMicroseconds, 1, Longest));
        }

        Interlocked.Increment(ref _failed);
        Console.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {method} /{path}: {failure}");
        return null;
    }
}
