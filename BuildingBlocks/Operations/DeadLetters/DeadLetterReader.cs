using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fulfillment.Contracts;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Reads the messages of a dead-letter queue. Any message can be read, also one of a foreign publisher.</summary>
internal static class DeadLetterReader
{
    private const int MaxName = 255;
    private const string Unknown = "UNKNOWN";

    /// <summary>Reads a delivery. It failed now when neither the message nor the broker says the time.</summary>
    public static DeadLetter Read(
        string deadLetterQueue, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body,
        Topology topology, DateTimeOffset now)
    {
        var headers = properties.Headers ?? new Dictionary<string, object?>();
        var death = BrokerDeath.Of(headers);
        var queue = death?.Queue ?? headers.Text(FailureHeaders.Queue, MaxName) ?? deadLetterQueue;
        var subscription = topology.Find(queue)?.Subscription;
        var (messageId, messageType) = (MessageHeaders.Clean(properties.MessageId), MessageHeaders.Clean(properties.Type));
        var (eventId, orderId) = Identify(body);
        var deadLetter = new DeadLetter
        {
            DedupeKey = KeyOf(queue, messageId, body),
            Queue = queue,
            EventType = subscription?.EventName ?? (messageType is { Length: > 0 } ? messageType : Unknown),
            EventId = eventId,
            OrderId = orderId,
            MessageId = messageId,
            MessageType = messageType,
            ContentType = MessageHeaders.Clean(properties.ContentType),
            Exchange = exchange,
            RoutingKey = routingKey,
            Body = Kept(body),
            BodyBytes = body.Length,
            Headers = headers.Where(header => !header.Key.StartsWith("failure-", StringComparison.Ordinal)).ToJson().ToJsonString(),
            ExceptionType = Unknown,
            ExceptionMessage = "Neither the message nor the broker names a reason.",
            FailedAt = now,
            ReplayOf = long.TryParse(
                headers.Text(FailureHeaders.ReplayOf), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null,
        };
        if (death is not null) Explain(deadLetter, death, subscription, body);
        else if (headers.Text(FailureHeaders.ExceptionType, MaxName) is { } exceptionType) Explain(deadLetter, headers, exceptionType);
        return deadLetter;
    }

    /// <summary>The minimum for a message that cannot be read or stored as it came: its body, and the reason.</summary>
    public static DeadLetter Bare(string queue, byte[] key, ReadOnlySpan<byte> body, long bytes, Exception reason, DateTimeOffset now) =>
        new()
        {
            DedupeKey = key,
            Queue = Plain(queue),
            Body = Kept(body),
            BodyBytes = bytes,
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

    private static void Explain(DeadLetter deadLetter, IDictionary<string, object?> headers, string exceptionType)
    {
        deadLetter.ExceptionType = exceptionType;
        deadLetter.ExceptionMessage = headers.Text(FailureHeaders.ExceptionMessage, 4_000) ?? "";
        deadLetter.Stack = headers.Text(FailureHeaders.Stack, 16_000);
        deadLetter.Attempts = headers.TryGetValue(FailureHeaders.Attempts, out var attempts) && attempts is int number ? number : 0;
        deadLetter.Exchange = headers.Text(FailureHeaders.Exchange, MaxName) ?? deadLetter.Exchange;
        deadLetter.RoutingKey = headers.Text(FailureHeaders.RoutingKey, MaxName) ?? deadLetter.RoutingKey;
        if (DateTimeOffset.TryParse(
            headers.Text(FailureHeaders.Time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            deadLetter.FailedAt = at.ToUniversalTime();
    }

    // The broker knows that it moved the message, but not the reason of the failure. The body may show that.
    private static void Explain(DeadLetter deadLetter, BrokerDeath death, Subscription? subscription, ReadOnlySpan<byte> body)
    {
        var mistake = subscription is null ? null : Diagnose(subscription.EventType, body);
        deadLetter.ExceptionType = mistake?.GetType().FullName ?? $"broker:{death.Reason}";
        deadLetter.ExceptionMessage = MessageHeaders.Clean(mistake?.Message)
            ?? $"The broker moved it: {death.Reason}, {death.Count} time(s).";
        deadLetter.Exchange = death.Exchange;
        deadLetter.RoutingKey = death.RoutingKey;
        deadLetter.FailedAt = death.At ?? deadLetter.FailedAt;
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
        }

        return (eventId, orderId);
    }

    private static byte[] Kept(ReadOnlySpan<byte> body) => body[..Math.Min(body.Length, DeadLetter.MaxBody)].ToArray();

    private static string Plain(string text) => MessageHeaders.Clean(Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(text)));
}
