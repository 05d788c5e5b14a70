using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Fulfillment.Operations.Gauges;

namespace Fulfillment.Operations.TopologyChecks;

/// <summary>Reads the topology of the virtual host from the broker's management API.</summary>
internal sealed class ManagementApi : IDisposable
{
    private readonly HttpClient? _http;
    private readonly string _virtualHost;

    public ManagementApi(IOptions<RabbitMqOptions> options)
    {
        _virtualHost = Uri.EscapeDataString(new ConnectionFactory { Uri = new Uri(options.Value.Uri) }.VirtualHost);
        if (options.Value.ManagementUri.Length == 0) return;
        var address = new Uri(options.Value.ManagementUri);
        _http = new HttpClient
        {
            BaseAddress = new Uri($"{address.Scheme}://{address.Authority}{address.AbsolutePath.TrimEnd('/')}/"),
            Timeout = TimeSpan.FromSeconds(5),
        };
        var user = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(user));
    }

    /// <summary>True when a setting names the API.</summary>
    public bool IsKnown => _http is not null;

    /// <summary>
    /// Reads exchanges, queues and bindings. Throws <see cref="HttpRequestException"/> or
    /// <see cref="OperationCanceledException"/> when the API does not answer, and <see cref="JsonException"/> when its response
    /// is not the expected JSON.
    /// </summary>
    public async Task<ActualTopology> ReadAsync(CancellationToken ct)
    {
        var exchanges = await ListAsync("exchanges", "name,type,arguments", ct);
        var queues = await ListAsync("queues", "name,arguments", ct);
        var bindings = await ListAsync("bindings", "source,destination,destination_type,routing_key", ct);
        return new ActualTopology(
            exchanges.ToDictionary(exchange => Text(exchange, "name"), exchange => (ActualExchange?)new ActualExchange(
                Text(exchange, "type"),
                exchange.GetProperty("arguments").TryGetProperty("alternate-exchange", out var alternate) ? alternate.ToString() : null)),
            queues.ToDictionary(queue => Text(queue, "name"), queue => (JsonElement?)queue.GetProperty("arguments")),
            bindings.Where(binding => Text(binding, "destination_type") == "queue")
                .Select(binding => (Text(binding, "source"), Text(binding, "destination"), Text(binding, "routing_key"))).ToHashSet());
    }

    /// <summary>Numbers of all queues, some seconds old. Throws like <see cref="ReadAsync"/>.</summary>
    public async Task<IReadOnlyDictionary<string, QueueNumbers>> ReadQueuesAsync(CancellationToken ct)
    {
        const string Columns = "name,messages,consumers,message_stats.publish_details.rate,message_stats.ack_details.rate";
        return (await ListAsync("queues", Columns, ct)).ToDictionary(queue => Text(queue, "name"), queue => new QueueNumbers(
            (long?)Number(queue, "messages"), (long?)Number(queue, "consumers"),
            Number(queue, "message_stats", "publish_details", "rate"), Number(queue, "message_stats", "ack_details", "rate")));
    }

    public void Dispose() => _http?.Dispose();

    private async Task<JsonElement[]> ListAsync(string what, string columns, CancellationToken ct) =>
        await _http!.GetFromJsonAsync<JsonElement[]>(new Uri($"api/{what}/{_virtualHost}?columns={columns}", UriKind.Relative), ct) ?? [];

    // The API leaves out a number until its first event.
    private static double? Number(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element.ValueKind == JsonValueKind.Number ? element.GetDouble() : null;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
