using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>Products with a large stock, and the orders that customers place for them.</summary>
internal sealed class OrderMix(int products, int seed)
{
    private const int Stock = 100_000_000;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly Random _random = new(seed);

    // Each run has products of its own, because given databases keep the sales of earlier runs.
    private readonly string _prefix = $"BENCH-{DateTimeOffset.UtcNow.ToUnixTimeSeconds():x}-";

    /// <summary>Sets the stock through the API.</summary>
    public async Task StockAsync(HttpMessageHandler handler, Uri inventory, CancellationToken ct)
    {
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = inventory };
        foreach (var product in Enumerable.Range(0, products))
        {
            using var body = Content(new { productName = Name(product), availableQuantity = Stock });
            using var answer = await http.PutAsync(new Uri($"api/inventory/items/{Id(product)}", UriKind.Relative), body, ct);
            if (!answer.IsSuccessStatusCode)
                throw new CommandException($"Setting the stock failed: {await answer.Content.ReadAsStringAsync(ct)}");
        }
    }

    /// <summary>Bodies of orders, ready to be sent. Of a hundred customers, two are always charged and two never are.</summary>
    public IReadOnlyList<byte[]> Orders(int count, int items) => [.. Enumerable.Range(0, count).Select(_ => Order(items))];

    private byte[] Order(int items) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        customerId = Customer(_random.Next(1_000)),
        items = Products(items).Select(product => new
        {
            productId = Id(product), productName = Name(product), quantity = _random.Next(1, 4), price = _random.Next(100, 10_000) / 100m,
        }),
    });

    public static ByteArrayContent Content(byte[] body) => new(body) { Headers = { ContentType = Json } };

    private static ByteArrayContent Content<T>(T body) => Content(JsonSerializer.SerializeToUtf8Bytes(body));

    private HashSet<int> Products(int items)
    {
        var chosen = new HashSet<int>();
        while (chosen.Count < items) chosen.Add(_random.Next(products));
        return chosen;
    }

    private static string Customer(int number) => (number % 100) switch
    {
        < 2 => $"CUST-APPROVE-{number}",
        < 4 => $"CUST-DECLINE-{number}",
        _ => $"CUST-{number}",
    };

    private string Id(int product) => _prefix + product.ToString("0000", CultureInfo.InvariantCulture);

    private static string Name(int product) => $"Product number {product}";
}
