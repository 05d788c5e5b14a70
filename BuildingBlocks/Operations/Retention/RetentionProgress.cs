using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Operations.Retention;

/// <summary>
/// How far a module has removed orders; one row. A comparison of modules leaves out the orders up to the largest number of any
/// module.
/// </summary>
public sealed class RetentionProgress
{
    /// <summary>Id of the row.</summary>
    public const short OnlyId = 1;

    /// <summary>Always <see cref="OnlyId"/>.</summary>
    public short Id { get; init; } = OnlyId;

    /// <summary>Largest number of an order of which the module has removed rows; 0 when nothing was removed.</summary>
    public long OrdersRemovedTo { get; init; }

    /// <summary>Maps the table <c>retention_progress</c>.</summary>
    public static void Configure(ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var progress = model.Entity<RetentionProgress>().ToTable(
            "retention_progress", table => table.HasCheckConstraint("ck_retention_progress_one_row", $"id = {OnlyId}"));
        progress.HasKey(p => p.Id);
        progress.Property(p => p.Id).ValueGeneratedNever();
        progress.HasData(new RetentionProgress());
    }
}
