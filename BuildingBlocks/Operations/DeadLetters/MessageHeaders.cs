using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Headers of a message as texts and as JSON that PostgreSQL accepts.</summary>
internal static class MessageHeaders
{
    private const int MaxDepth = 8;

    /// <summary>A header that is a text, at most so long; null when there is none.</summary>
    public static string? Text(this IDictionary<string, object?> headers, string name, int length = int.MaxValue) =>
        headers.TryGetValue(name, out var value) && AsText(value) is { } text ? FailureHeaders.Cut(text, length) : null;

    public static string? AsText(object? value) => value switch
    {
        byte[] bytes => Clean(Encoding.UTF8.GetString(bytes)),
        string text => Clean(text),
        _ => null,
    };

    /// <summary>PostgreSQL keeps every character but the one with the number 0.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text) => text?.Replace('\0', '\uFFFD');

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, object?>> headers, int depth = 0)
    {
        var json = new JsonObject();
        foreach (var (name, value) in headers) json[Clean(name)] = Value(value, depth + 1);
        return json;
    }

    private static JsonNode? Value(object? value, int depth) => value switch
    {
        null => null,
        _ when depth > MaxDepth => "…",
        byte[] bytes when !Utf8.IsValid(bytes) => $"base64:{Convert.ToBase64String(bytes)}",
        byte[] or string => AsText(value),
        bool flag => flag,
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        AmqpTimestamp time => time.UnixTime,
        IDictionary<string, object?> table => table.ToJson(depth),
        IEnumerable<object?> list => new JsonArray([.. list.Select(item => Value(item, depth + 1))]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}

/// <summary>Note of the broker on a message that it moves to a dead-letter queue by itself: the first entry of <c>x-death</c>.</summary>
internal sealed record BrokerDeath(string Queue, string Exchange, string RoutingKey, string Reason, long Count, DateTimeOffset? At)
{
    public static BrokerDeath? Of(IDictionary<string, object?> headers)
    {
        if (!headers.TryGetValue("x-death", out var value) || value is not IList<object?> { Count: > 0 } deaths) return null;
        if (deaths[0] is not IDictionary<string, object?> last || last.Text("queue") is not { } queue) return null;
        var keys = last.TryGetValue("routing-keys", out var list) ? list as IList<object?> : null;
        return new BrokerDeath(
            queue, last.Text("exchange") ?? "", keys is [var key, ..] ? MessageHeaders.AsText(key) ?? "" : "",
            last.Text("reason") ?? "unknown",
            last.TryGetValue("count", out var count) && count is long number ? number : 1,
            last.TryGetValue("time", out var time) && time is AmqpTimestamp { UnixTime: > 0 and < 253_402_300_800 } at
                ? DateTimeOffset.FromUnixTimeSeconds(at.UnixTime)
                : null);
    }
}
