using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Order.CountOrders;

/// <summary>Number of orders that have ended in a status and do not change any more, including those that retention has removed.</summary>
public sealed class OrderCount
{
    public OrderStatus Status { get; init; }

    public long Orders { get; init; }

    /// <summary>Maps the tables of the counts.</summary>
    public static void Configure(ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var count = model.Entity<OrderCount>().ToTable("order_counts");
        count.HasKey(c => c.Status);
        count.Property(c => c.Status).ValueGeneratedNever();

        var progress = model.Entity<OrderCountProgress>().ToTable("order_count_progress", table =>
            table.HasCheckConstraint("ck_order_count_progress_one_row", $"id = {OrderCountProgress.OnlyId}"));
        progress.HasKey(p => p.Id);
        progress.Property(p => p.Id).ValueGeneratedNever();

        var late = model.Entity<LateOrder>().ToTable("order_count_late");
        late.HasKey(o => o.OrderId);
        late.Property(o => o.OrderId).ValueGeneratedNever();
    }
}

/// <summary>Progress of the counting; one row.</summary>
public sealed class OrderCountProgress
{
    public const short OnlyId = 1;

    public short Id { get; init; }

    /// <summary>Every order up to this number is counted, or is a <see cref="LateOrder"/>.</summary>
    public long CountedTo { get; init; }

    /// <summary>The largest order number at <see cref="NextAt"/>.</summary>
    public long NextTo { get; init; }

    public DateTimeOffset NextAt { get; init; }
}

/// <summary>An order that was open when the counting passed its number. It is counted after its end.</summary>
public sealed class LateOrder
{
    public long OrderId { get; init; }
}
