using System.Globalization;
using Fulfillment.Core;
using RabbitMQ.Client;

namespace Fulfillment.Messaging;

/// <summary>Headers of a message in a dead-letter queue that describe its failure.</summary>
internal static class FailureHeaders
{
    public const string ExceptionType = "failure-exception-type";
    public const string ExceptionMessage = "failure-exception-message";
    public const string Stack = "failure-stack";

    /// <summary>Number of handler calls in the process that moved the message to the dead-letter queue.</summary>
    public const string Attempts = "failure-attempts";

    // Where the message came from: its queue, and the exchange and key by which that is bound.
    public const string Queue = "failure-queue";
    public const string Exchange = "failure-exchange";
    public const string RoutingKey = "failure-routing-key";

    /// <summary>When the message was moved to the dead-letter queue, RFC 3339.</summary>
    public const string Time = "failure-time";

    /// <summary>Marks a replayed message: the number of its dead letter.</summary>
    public const string ReplayOf = "dead-letter-id";

    private const int MaxMessage = 2_000;
    private const int MaxStack = 8_000;

    // The properties of a message must fit into one frame of 128 KiB. A message whose own headers fill it is kept without them.
    private const int MaxHeader = 1_000;
    private const int MaxHeaders = 16_000;

    /// <summary>Properties of the copy that goes to a dead-letter queue.</summary>
    public static BasicProperties Describe(
        IReadOnlyBasicProperties original, Subscription from, Exception exception, int attempts, DateTimeOffset at)
    {
        var reason = exception is InvalidMessageException { InnerException: { } inner } ? inner : exception;
        var headers = Keep(original.Headers);
        headers[ExceptionType] = reason.GetType().FullName;
        headers[ExceptionMessage] = Cut(reason.Message, MaxMessage);
        headers[Stack] = Cut(reason.ToString(), MaxStack);
        headers[Attempts] = attempts;
        headers[Queue] = from.Queue;
        headers[Exchange] = from.Route.Exchange;
        headers[RoutingKey] = from.Route.RoutingKey;
        headers[Time] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

        // Neither an expiry, which would make the dead letter vanish, nor a user id, which only the original sender may use.
        var copy = new BasicProperties { Persistent = true, Headers = headers };
        if (original.IsMessageIdPresent()) copy.MessageId = original.MessageId;
        if (original.IsTypePresent()) copy.Type = original.Type;
        if (original.IsContentTypePresent()) copy.ContentType = original.ContentType;
        if (original.IsCorrelationIdPresent()) copy.CorrelationId = original.CorrelationId;
        if (original.IsAppIdPresent()) copy.AppId = original.AppId;
        return copy;
    }

    /// <summary>The first characters of a text, and a mark when there were more. A surrogate pair is not cut in half.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length) return text;
        var kept = length - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept), "…");
    }

    /// <summary>True for a header that the client or the broker adds to a message on its way.</summary>
    public static bool IsOfTheBroker(string header) => header is "x-dotnet-pub-seq-no" or "x-delivery-count" or "x-acquired-count";

    private static Dictionary<string, object?> Keep(IDictionary<string, object?>? headers)
    {
        var kept = new Dictionary<string, object?>();
        var room = MaxHeaders;
        foreach (var (name, value) in headers ?? kept)
        {
            var size = name.Length + value switch
            {
                byte[] bytes => bytes.Length,
                null or bool or sbyte or byte or short or ushort or int or uint or long or double or float or decimal
                    or AmqpTimestamp => 16,
                _ => MaxHeader,
            };
            if (size >= MaxHeader || size > room || IsOfTheBroker(name)) continue;
            room -= size;
            kept[name] = value;
        }

        return kept;
    }
}
