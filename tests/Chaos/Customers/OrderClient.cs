using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Fulfillment.Cli;
using Fulfillment.Harness.Network;

namespace Fulfillment.Chaos.Customers;

/// <summary>A response, or none.</summary>
/// <param name="Status">Null when there was no response.</param>
/// <param name="OrderId">Order number of a 201.</param>
/// <param name="Text">The body, or the reason why there was no response.</param>
internal sealed record Answer(HttpStatusCode? Status, long OrderId, string Text)
{
    /// <summary>The promise of the response: a service that says "unavailable" will not carry the request out later.</summary>
    public Outcome Outcome => Status switch
    {
        HttpStatusCode.Created => Outcome.Ok,
        HttpStatusCode.ServiceUnavailable when IsUnavailable => Outcome.Unavailable,
        null or >= HttpStatusCode.InternalServerError => Outcome.Info,
        _ => Outcome.Refused,
    };

    private bool IsUnavailable => Text.Contains("\"code\":\"DEPENDENCY_UNAVAILABLE\"", StringComparison.Ordinal);
}

/// <summary>
/// The HTTP API through the gateways, as customers use it. Every request has a connection of its own, so each may reach another replica.
/// </summary>
internal sealed class OrderClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly Uri _orders;
    private readonly Uri _inventory;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(15), DefaultRequestHeaders = { ConnectionClose = true },
    };

    public OrderClient(Uri orders, Uri inventory) => (_orders, _inventory) = (orders, inventory);

    /// <summary>Sets the initial stock.</summary>
    public async Task StockAsync(IEnumerable<KeyValuePair<string, int>> stock, CancellationToken ct)
    {
        foreach (var (product, quantity) in stock)
        {
            using var body = Body(
                JsonSerializer.SerializeToUtf8Bytes(new { productName = $"Product {product}", availableQuantity = quantity }));
            using var answer = await _http.PutAsync(new Uri(_inventory, $"api/inventory/items/{product}"), body, ct);
            if (!answer.IsSuccessStatusCode)
                throw new CommandException($"Setting the stock failed: {await answer.Content.ReadAsStringAsync(ct)}");
        }
    }

    public Task<Answer> PlaceAsync(OrderRequest order, string? key, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_orders, "api/orders")) { Content = Body(order.ToJson()) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return SendAsync(request, ct);
    }

    public Task<Answer> CancelAsync(long orderId, CancellationToken ct)
    {
        var address = new Uri(_orders, $"api/orders/{orderId}/cancel");
        var body = Body("""{"reason":"changed my mind"}"""u8.ToArray());
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = body }, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            try
            {
                using var answer = await _http.SendAsync(request, ct);
                var text = await answer.Content.ReadAsStringAsync(ct);
                return new Answer(answer.StatusCode, answer.StatusCode == HttpStatusCode.Created ? OrderId(text) : 0, text);
            }
            catch (Exception e) when (NoAnswer.Is(e, ct))
            {
                return new Answer(null, 0, e.InnerException?.Message ?? e.Message);
            }
        }
    }

    private static long OrderId(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("orderId").GetInt64();
    }

    private static ByteArrayContent Body(byte[] json) => new(json) { Headers = { ContentType = Json } };
}
