using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using RabbitMQ.Client;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>A message of a dead-letter queue. Any message can be read, also one of a foreign publisher.</summary>
internal sealed record FailedMessage
{
    private const int MaxName = 255;
    private const string Unknown = "UNKNOWN";

    public required byte[] Key { get; init; }

    public required string Queue { get; init; }

    public required string EventType { get; init; }

    public Guid? EventId { get; init; }

    public long? OrderId { get; init; }

    public string? MessageId { get; init; }

    public string? MessageType { get; init; }

    public string? ContentType { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    public required byte[] Body { get; init; }

    public long BodyBytes { get; init; }

    public required string Headers { get; init; }

    public required string ExceptionType { get; init; }

    public required string ExceptionMessage { get; init; }

    public string? Stack { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset FailedAt { get; init; }

    /// <summary>The dead letter of which this is a replay that failed again.</summary>
    public long? ReplayOf { get; init; }

    /// <param name="deadLetterQueue">Queue that it was found in.</param>
    /// <param name="exchange">Exchange of the delivery.</param>
    /// <param name="routingKey">Routing key of the delivery.</param>
    /// <param name="properties">Properties of the delivery.</param>
    /// <param name="body">Its body.</param>
    /// <param name="topology">Knows the contract of each queue.</param>
    /// <param name="now">The time of the failure when the message does not say it.</param>
    public static FailedMessage Read(
        string deadLetterQueue, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body,
        Topology topology, DateTimeOffset now)
    {
        var headers = properties.Headers ?? new Dictionary<string, object?>();
        var death = BrokerDeath.Of(headers);
        var queue = death?.Queue ?? Text(headers, FailureHeaders.Queue, MaxName) ?? deadLetterQueue;
        var subscription = topology.Find(queue)?.Subscription;
        var messageId = Clean(properties.MessageId);
        var (eventId, orderId) = Identify(body);
        var message = new FailedMessage
        {
            Key = KeyOf(queue, messageId, body),
            Queue = queue,
            EventType = subscription?.EventName ?? (Clean(properties.Type) is { Length: > 0 } type ? type : Unknown),
            EventId = eventId,
            OrderId = orderId,
            MessageId = messageId,
            MessageType = Clean(properties.Type),
            ContentType = Clean(properties.ContentType),
            Exchange = exchange,
            RoutingKey = routingKey,
            Body = body[..Math.Min(body.Length, DeadLetter.MaxBody)].ToArray(),
            BodyBytes = body.Length,
            Headers = HeaderJson.Write(headers.Where(header => !header.Key.StartsWith("failure-", StringComparison.Ordinal))),
            ExceptionType = Unknown,
            ExceptionMessage = "Neither the message nor the broker names a reason.",
            FailedAt = now,
            ReplayOf = long.TryParse(
                Text(headers, FailureHeaders.ReplayOf, MaxName), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? id
                : null,
        };
        if (death is not null) return message.By(death, subscription, body);
        return Text(headers, FailureHeaders.ExceptionType, MaxName) is { } exceptionType ? message.By(headers, exceptionType) : message;
    }

    /// <summary>The minimum for a message that cannot be read or stored as it came: its body, and the reason.</summary>
    /// <param name="queue">Queue that it came from, as far as it is known.</param>
    /// <param name="key">Identity of the dead letter, see <see cref="KeyOf"/>.</param>
    /// <param name="body">Its body.</param>
    /// <param name="bytes">Length of the body as it came.</param>
    /// <param name="reason">Exception that kept the rest from being stored.</param>
    /// <param name="now">The time.</param>
    public static FailedMessage Bare(
        string queue, byte[] key, ReadOnlySpan<byte> body, long bytes, Exception reason, DateTimeOffset now) => new()
    {
        Key = key,
        Queue = Plain(queue),
        EventType = Unknown,
        Exchange = "",
        RoutingKey = "",
        Body = body[..Math.Min(body.Length, DeadLetter.MaxBody)].ToArray(),
        BodyBytes = bytes,
        Headers = "{}",
        ExceptionType = reason.GetType().FullName!,
        ExceptionMessage = Plain($"Its headers and properties cannot be kept: {reason.Message}"),
        FailedAt = now,
    };

    /// <summary>Identity of a dead letter: a hash of queue, message id and body.</summary>
    public static byte[] KeyOf(string queue, string? messageId, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var text in new[] { queue, messageId ?? "" })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private FailedMessage By(IDictionary<string, object?> headers, string exceptionType) => this with
    {
        ExceptionType = exceptionType,
        ExceptionMessage = Text(headers, FailureHeaders.ExceptionMessage, 4_000) ?? "",
        Stack = Text(headers, FailureHeaders.Stack, 16_000),
        Attempts = headers.TryGetValue(FailureHeaders.Attempts, out var attempts) && attempts is int number ? number : 0,
        Exchange = Text(headers, FailureHeaders.Exchange, MaxName) ?? Exchange,
        RoutingKey = Text(headers, FailureHeaders.RoutingKey, MaxName) ?? RoutingKey,
        FailedAt = DateTimeOffset.TryParse(
            Text(headers, FailureHeaders.Time, MaxName), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUniversalTime()
            : FailedAt,
    };

    // The broker knows that it moved the message, but not the reason of the failure. The body may show that.
    private FailedMessage By(BrokerDeath death, Subscription? subscription, ReadOnlySpan<byte> body)
    {
        var mistake = subscription is null ? null : Diagnose(subscription.EventType, body);
        return this with
        {
            ExceptionType = mistake?.GetType().FullName ?? $"broker:{death.Reason}",
            ExceptionMessage = mistake is null ? $"The broker moved it: {death.Reason}, {death.Count} time(s)." : Clean(mistake.Message),
            Exchange = death.Exchange,
            RoutingKey = death.RoutingKey,
            FailedAt = death.At ?? FailedAt,
        };
    }

    private static Exception? Diagnose(Type eventType, ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, eventType, ContractsJson.Default) is null
                ? new InvalidMessageException("The body is null.")
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NotSupportedException)
        {
            return e;
        }
    }

    /// <summary>The ids at the top of a body, as far as it can be read.</summary>
    private static (Guid? EventId, long? OrderId) Identify(ReadOnlySpan<byte> body)
    {
        Guid? eventId = null;
        long? orderId = null;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
                var (isEvent, isOrder) = (reader.ValueTextEquals("eventId"), reader.ValueTextEquals("orderId"));
                if (!reader.Read()) break;
                if (isEvent && reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var guid)) eventId = guid;
                if (isOrder && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)) orderId = number;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The ids before the mistake, or before half a character, are still useful.
            return (eventId, orderId);
        }

        return (eventId, orderId);
    }

    private static string Plain(string text) => Clean(Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(text)));

    private static string? Text(IDictionary<string, object?> headers, string name, int length) =>
        headers.TryGetValue(name, out var value) && HeaderJson.AsText(value) is { } text ? FailureHeaders.Cut(Clean(text), length) : null;

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private static string? Clean(string? text) => text is null ? null : HeaderJson.Clean(text);
}

/// <summary>Note of the broker on a message that it moves to a dead-letter queue by itself: the first entry of <c>x-death</c>.</summary>
internal sealed record BrokerDeath(string Queue, string Exchange, string RoutingKey, string Reason, long Count, DateTimeOffset? At)
{
    public static BrokerDeath? Of(IDictionary<string, object?> headers)
    {
        if (!headers.TryGetValue("x-death", out var value) || value is not IList<object?> { Count: > 0 } deaths) return null;
        if (deaths[0] is not IDictionary<string, object?> last || Text(last, "queue") is not { } queue) return null;
        var keys = last.TryGetValue("routing-keys", out var list) ? list as IList<object?> : null;
        return new BrokerDeath(
            queue, Text(last, "exchange") ?? "", keys is { Count: > 0 } ? HeaderJson.AsText(keys[0]) ?? "" : "",
            Text(last, "reason") ?? "unknown",
            last.TryGetValue("count", out var count) && count is long number ? number : 1,
            last.TryGetValue("time", out var time) && time is AmqpTimestamp at && at.UnixTime is > 0 and < 253_402_300_800
                ? DateTimeOffset.FromUnixTimeSeconds(at.UnixTime)
                : null);
    }

    private static string? Text(IDictionary<string, object?> table, string name) =>
        table.TryGetValue(name, out var value) && HeaderJson.AsText(value) is { } text ? HeaderJson.Clean(text) : null;
}

/// <summary>Headers of a message as JSON that PostgreSQL accepts.</summary>
internal static class HeaderJson
{
    private const int MaxDepth = 8;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static string Write(IEnumerable<KeyValuePair<string, object?>> headers) => Table(headers, 0).ToJsonString();

    /// <summary>A text header; null when the value is none.</summary>
    public static string? AsText(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        _ => null,
    };

    /// <summary>PostgreSQL keeps every character but the one with the number 0.</summary>
    public static string Clean(string text) => text.Replace('\0', '\uFFFD');

    private static JsonObject Table(IEnumerable<KeyValuePair<string, object?>> table, int depth)
    {
        var json = new JsonObject();
        foreach (var (name, value) in table) json[Clean(name)] = Value(value, depth + 1);
        return json;
    }

    private static JsonNode? Value(object? value, int depth) => value switch
    {
        null => null,
        _ when depth > MaxDepth => "…",
        byte[] bytes => Bytes(bytes),
        string text => Clean(text),
        bool flag => flag,
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        AmqpTimestamp time => time.UnixTime,
        IDictionary<string, object?> table => Table(table, depth),
        IEnumerable<object?> list => new JsonArray([.. list.Select(item => Value(item, depth + 1))]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string Bytes(byte[] bytes)
    {
        try
        {
            return Clean(Strict.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            return $"base64:{Convert.ToBase64String(bytes)}";
        }
    }
}
