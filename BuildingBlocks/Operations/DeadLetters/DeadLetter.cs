using Microsoft.EntityFrameworkCore;

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
public sealed class DeadLetter
{
    /// <summary>Bytes of a body that are kept; of a longer one the rest is lost, and it cannot be replayed.</summary>
    public const int MaxBody = 256 * 1024;

    /// <summary>Number of the dead letter.</summary>
    public long Id { get; init; }

    /// <summary>Hash of queue, message id and body: the same message is one row, however often it comes.</summary>
    public required byte[] DedupeKey { get; init; }

    /// <summary>Queue in which it failed.</summary>
    public required string Queue { get; init; }

    /// <summary>Event that the queue carries; when the queue is unknown, the type that the message claims.</summary>
    public required string EventType { get; init; }

    /// <summary>Id in the body, if it can be read.</summary>
    public Guid? EventId { get; init; }

    /// <summary>Order in the body, if it can be read.</summary>
    public long? OrderId { get; init; }

    /// <summary>Message id, type and content type as they came.</summary>
    public string? MessageId { get; init; }

    /// <summary>Type as it came.</summary>
    public string? MessageType { get; init; }

    /// <summary>Content type as it came.</summary>
    public string? ContentType { get; init; }

    /// <summary>Exchange that led to the queue.</summary>
    public required string Exchange { get; init; }

    /// <summary>Routing key that led to the queue.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>The body, up to <see cref="MaxBody"/>.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Length of the body as it came.</summary>
    public long BodyBytes { get; init; }

    /// <summary>The body that an operator put in its place.</summary>
    public byte[]? EditedBody { get; init; }

    /// <summary>Hash like <see cref="DedupeKey"/>, of the edited body.</summary>
    public byte[]? EditedKey { get; init; }

    /// <summary>Further headers, a JSON object.</summary>
    public required string Headers { get; init; }

    /// <summary>Type of the exception.</summary>
    public required string ExceptionType { get; init; }

    /// <summary>Its message.</summary>
    public required string ExceptionMessage { get; init; }

    /// <summary>The exception as text; null when no process of this system moved the message to the dead-letter queue.</summary>
    public string? Stack { get; init; }

    /// <summary>Calls of the handler before the message was last moved to the dead-letter queue.</summary>
    public int Attempts { get; init; }

    /// <summary>How often it has come.</summary>
    public int Occurrences { get; init; }

    /// <summary>When it failed the last time.</summary>
    public DateTimeOffset FailedAt { get; init; }

    /// <summary>When it was stored first.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>Its state.</summary>
    public DeadLetterStatus Status { get; init; }

    /// <summary>Last replay that it belongs to.</summary>
    public long? ReplayId { get; init; }

    /// <summary>When it was put back into its queue the last time.</summary>
    public DateTimeOffset? ReplayedAt { get; init; }

    /// <summary>Maps the tables <c>dead_letters</c> and <c>dead_letter_replays</c>.</summary>
    public static void Configure(ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var deadLetter = model.Entity<DeadLetter>().ToTable("dead_letters");
        deadLetter.HasKey(d => d.Id);
        deadLetter.HasIndex(d => d.DedupeKey).IsUnique();
        deadLetter.HasIndex(d => d.OrderId);
        deadLetter.HasIndex(d => new { d.Status, d.Id });
        deadLetter.HasIndex(d => new { d.Queue, d.Id });
        deadLetter.HasIndex(d => new { d.ExceptionType, d.Id });
        deadLetter.HasIndex(d => new { d.EventType, d.Id });
        deadLetter.HasIndex(d => new { d.ReplayId, d.Id }).HasFilter("status = 'QUEUED'");
        deadLetter.Property(d => d.Headers).HasColumnType("jsonb");
        deadLetter.Property(d => d.Occurrences).HasDefaultValue(1);
        deadLetter.Property(d => d.RecordedAt).HasDefaultValueSql("now()");

        var replay = model.Entity<DeadLetterReplay>().ToTable("dead_letter_replays");
        replay.HasKey(r => r.Id);
        replay.HasIndex(r => r.NextAt).HasFilter("finished_at IS NULL");
        replay.Property(r => r.StartedAt).HasDefaultValueSql("now()");
        replay.Property(r => r.NextAt).HasDefaultValueSql("now()");
    }
}

/// <summary>A request to put dead letters back into their queues, and how far it has come.</summary>
public sealed class DeadLetterReplay
{
    /// <summary>Number of the replay.</summary>
    public long Id { get; init; }

    /// <summary>Dead letters that it began with.</summary>
    public int Total { get; init; }

    /// <summary>Those that are back in their queue.</summary>
    public int Done { get; init; }

    /// <summary>Those that their queue did not take; they are open again.</summary>
    public int Failed { get; init; }

    /// <summary>Messages per second at most; null for as fast as it goes.</summary>
    public int? RatePerSecond { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When its next messages may go.</summary>
    public DateTimeOffset NextAt { get; init; }

    /// <summary>When its last message went; null before that.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
