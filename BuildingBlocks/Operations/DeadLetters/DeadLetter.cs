namespace Fulfillment.Operations.DeadLetters;

/// <summary>State of a dead letter.</summary>
public enum DeadLetterStatus
{
    /// <summary>Waits for an operator.</summary>
    Open,

    /// <summary>Belongs to a replay that has not come to it yet.</summary>
    Queued,

    /// <summary>Is back in its queue. Should it fail again, it is open again.</summary>
    Replayed,
}

/// <summary>A message that could not be processed, as it came, with the reason.</summary>
internal sealed class DeadLetter
{
    /// <summary>Bytes of a body that are kept; of a longer one the rest is lost, and it cannot be replayed.</summary>
    public const int MaxBody = 256 * 1024;

    public long Id { get; init; }

    /// <summary>Hash of queue, message id and body: the same message is one row, however often it comes.</summary>
    public required byte[] DedupeKey { get; init; }

    /// <summary>Queue in which it failed, as far as it is known.</summary>
    public required string Queue { get; init; }

    /// <summary>Event that the queue carries; when the queue is unknown, the type that the message claims.</summary>
    public string EventType { get; init; } = "UNKNOWN";

    /// <summary>The ids in the body, if they can be read.</summary>
    public Guid? EventId { get; init; }

    public long? OrderId { get; init; }

    public string? MessageId { get; init; }

    public string? MessageType { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Exchange and routing key that led to the queue.</summary>
    public string Exchange { get; set; } = "";

    public string RoutingKey { get; set; } = "";

    /// <summary>The body, up to <see cref="MaxBody"/>.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Length of the body as it came.</summary>
    public long BodyBytes { get; init; }

    /// <summary>The body that an operator put in its place, and its hash like <see cref="DedupeKey"/>.</summary>
    public byte[]? EditedBody { get; init; }

    public byte[]? EditedKey { get; init; }

    /// <summary>Further headers, a JSON object.</summary>
    public string Headers { get; init; } = "{}";

    public required string ExceptionType { get; set; }

    public required string ExceptionMessage { get; set; }

    /// <summary>The exception as text; null when no process of this system moved the message to the dead-letter queue.</summary>
    public string? Stack { get; set; }

    /// <summary>Calls of the handler before the message was last moved to the dead-letter queue.</summary>
    public int Attempts { get; set; }

    /// <summary>How often it has come.</summary>
    public int Occurrences { get; init; }

    /// <summary>When it failed the last time.</summary>
    public DateTimeOffset FailedAt { get; set; }

    /// <summary>When it was stored first.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    public DeadLetterStatus Status { get; init; }

    /// <summary>Last replay that it belongs to.</summary>
    public long? ReplayId { get; init; }

    public DateTimeOffset? ReplayedAt { get; init; }

    /// <summary>The dead letter of which a message that came is a replay that failed again; no column.</summary>
    public long? ReplayOf { get; init; }
}

/// <summary>A request to put dead letters back into their queues, and how far it has come.</summary>
internal sealed class DeadLetterReplay
{
    public long Id { get; init; }

    /// <summary>Dead letters that it began with.</summary>
    public int Total { get; set; }

    /// <summary>Those that are back in their queue.</summary>
    public int Done { get; init; }

    /// <summary>Those that their queue did not take; they are open again.</summary>
    public int Failed { get; init; }

    /// <summary>Messages per second at most; null for as fast as it goes.</summary>
    public int? RatePerSecond { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When its next messages may go.</summary>
    public DateTimeOffset NextAt { get; init; }

    /// <summary>When its last message went; null before that.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
