using System.Text.Json;
using System.Text.Unicode;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>A dead letter in a list.</summary>
public sealed record DeadLetterView(
    long Id, string Queue, string EventType, Guid? EventId, long? OrderId, string? MessageId, string ExceptionType,
    string ExceptionMessage, int Attempts, int Occurrences, DateTimeOffset FailedAt, DateTimeOffset RecordedAt,
    DeadLetterStatus Status, long? ReplayId, DateTimeOffset? ReplayedAt, long BodyBytes);

/// <summary>Open dead letters that failed in the same way.</summary>
public sealed record DeadLetterGroupView(
    string ExceptionType, string EventType, string Queue, int Count, DateTimeOffset Oldest, DateTimeOffset Newest);

/// <summary>A body as it can be shown: <c>json</c> as JSON, <c>text</c> as text, anything else in <c>base64</c>.</summary>
public sealed record BodyView(string Encoding, object? Content, bool Truncated)
{
    // Below the depth that the API itself may write; no contract is as deep.
    private const int MaxDepth = 10;

    /// <summary>Shows a body, or the part of it that was kept.</summary>
    public static BodyView Of(byte[] body, bool truncated)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            // Well-formed JSON may still hold half a character, which cannot be written.
            JsonSerializer.SerializeToUtf8Bytes(json.RootElement);
            return new BodyView("json", json.RootElement.Clone(), truncated);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // A part of a character may be missing at the end of a truncated body.
            return truncated || Utf8.IsValid(body)
                ? new BodyView("text", System.Text.Encoding.UTF8.GetString(body), truncated)
                : new BodyView("base64", Convert.ToBase64String(body), false);
        }
    }
}

/// <summary>One dead letter with all that is known of it.</summary>
public sealed record DeadLetterDetail(
    long Id, string Queue, string EventType, Guid? EventId, long? OrderId, string? MessageId, string? MessageType,
    string? ContentType, string Exchange, string RoutingKey, string ExceptionType, string ExceptionMessage, string? Stack,
    int Attempts, int Occurrences, DateTimeOffset FailedAt, DateTimeOffset RecordedAt, DeadLetterStatus Status, long? ReplayId,
    DateTimeOffset? ReplayedAt, long BodyBytes, BodyView Body, BodyView? EditedBody, JsonElement Headers)
{
    internal static DeadLetterDetail From(DeadLetter d) => new(
        d.Id, d.Queue, d.EventType, d.EventId, d.OrderId, d.MessageId, d.MessageType, d.ContentType, d.Exchange, d.RoutingKey,
        d.ExceptionType, d.ExceptionMessage, d.Stack, d.Attempts, d.Occurrences, d.FailedAt, d.RecordedAt, d.Status, d.ReplayId,
        d.ReplayedAt, d.BodyBytes, BodyView.Of(d.Body, d.BodyBytes > d.Body.Length),
        d.EditedBody is { } edited ? BodyView.Of(edited, false) : null, JsonSerializer.Deserialize<JsonElement>(d.Headers));
}

/// <summary>How far a replay has come.</summary>
public sealed record ReplayView(
    long Id, int Total, int Done, int Failed, int? RatePerSecond, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt)
{
    internal static ReplayView From(DeadLetterReplay r) => new(r.Id, r.Total, r.Done, r.Failed, r.RatePerSecond, r.StartedAt, r.FinishedAt);
}

/// <summary>Preview of a replay: the number of its dead letters, and the first of them.</summary>
public sealed record ReplayPreview(int Total, IReadOnlyList<long> Ids);
