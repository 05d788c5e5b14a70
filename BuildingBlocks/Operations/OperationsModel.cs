using Fulfillment.Operations.DeadLetters;

namespace Fulfillment.Operations;

/// <summary>Tables of the operations in the database of a module.</summary>
public static class OperationsModel
{
    /// <summary>Maps <c>dead_letters</c>, <c>dead_letter_replays</c> and <c>retention_progress</c>.</summary>
    public static void MapOperations(this ModelBuilder model)
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
        deadLetter.Ignore(d => d.ReplayOf);
        deadLetter.Property(d => d.Headers).HasColumnType("jsonb");
        deadLetter.Property(d => d.Occurrences).HasDefaultValue(1);
        deadLetter.Property(d => d.RecordedAt).HasDefaultValueSql("now()");

        var replay = model.Entity<DeadLetterReplay>().ToTable("dead_letter_replays");
        replay.HasKey(r => r.Id);
        replay.HasIndex(r => r.NextAt).HasFilter("finished_at IS NULL");
        replay.Property(r => r.StartedAt).HasDefaultValueSql("now()");
        replay.Property(r => r.NextAt).HasDefaultValueSql("now()");

        var progress = model.Entity<RetentionProgress>().ToTable(
            "retention_progress",
            table => table.HasCheckConstraint("ck_retention_progress_one_row", $"id = {RetentionProgress.OnlyId}"));
        progress.HasKey(p => p.Id);
        progress.Property(p => p.Id).ValueGeneratedNever();
        progress.HasData(new RetentionProgress());
    }
}

/// <summary>
/// How far a module has removed orders; one row. A comparison of modules leaves out the orders up to the largest number of any
/// module.
/// </summary>
internal sealed class RetentionProgress
{
    public const short OnlyId = 1;

    public short Id { get; init; } = OnlyId;

    /// <summary>Largest number of an order of which the module has removed rows; 0 when nothing was removed.</summary>
    public long OrdersRemovedTo { get; init; }
}
