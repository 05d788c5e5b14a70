using Fulfillment.Operations;
using Fulfillment.Order.CountOrders;
using Fulfillment.Persistence;
using Fulfillment.Persistence.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Order;

/// <summary>Schema and queries of <c>order_db</c>. Hot writes are set-based SQL, see PlaceOrder and UpdateOrderStatus.</summary>
public sealed class OrderDbContext(DbContextOptions<OrderDbContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    public DbSet<OrderHistoryEntry> History => Set<OrderHistoryEntry>();

    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    /// <summary>Correlation id of an order: the id of its ORDER_CREATED.</summary>
    public Task<Guid?> CorrelationOfAsync(long orderId, CancellationToken ct) =>
        History.Where(entry => entry.OrderId == orderId).OrderBy(entry => entry.Id).Select(entry => (Guid?)entry.EventId)
            .FirstOrDefaultAsync(ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasSequence<long>("order_numbers");

        var order = modelBuilder.Entity<Order>().ToTable("orders", table =>
            table.HasCheckConstraint("ck_orders_total_amount", "total_amount >= 0"));
        order.HasKey(o => o.OrderId);
        order.Property(o => o.OrderId).ValueGeneratedNever();
        order.Property(o => o.CustomerId).HasMaxLength(64);
        order.Property(o => o.TotalAmount).HasPrecision(19, 2);
        order.Property(o => o.StatusReason).HasMaxLength(40);
        order.Property(o => o.CreatedAt).HasDefaultValueSql("now()");
        order.Property(o => o.UpdatedAt).HasDefaultValueSql("now()");
        order.HasIndex(o => new { o.CustomerId, o.OrderId });
        order.HasIndex(o => new { o.Status, o.OrderId });
        order.HasMany(o => o.Items).WithOne().HasForeignKey(i => i.OrderId);

        var item = modelBuilder.Entity<OrderItem>().ToTable("order_items", table =>
        {
            table.HasCheckConstraint("ck_order_items_quantity", "quantity > 0");
            table.HasCheckConstraint("ck_order_items_price", "price >= 0");
        });
        item.HasKey(i => i.Id);
        item.HasIndex(i => new { i.ProductId, i.OrderId });
        item.Property(i => i.ProductId).HasMaxLength(64);
        item.Property(i => i.ProductName).HasMaxLength(200);
        item.Property(i => i.Price).HasPrecision(19, 2);

        var history = modelBuilder.Entity<OrderHistoryEntry>().ToTable("order_history");
        history.HasKey(h => new { h.OrderId, h.EventId });
        history.Property(h => h.Id).UseIdentityByDefaultColumn();
        history.Property(h => h.EventType).HasMaxLength(40);
        history.Property(h => h.Source).HasMaxLength(40);
        history.Property(h => h.Summary).HasMaxLength(OrderHistoryEntry.MaxSummary);
        history.HasOne<Order>().WithMany().HasForeignKey(h => h.OrderId);

        OrderCount.Configure(modelBuilder);
        OutboxMessage.Configure(modelBuilder);
        IdempotencyRecord.Configure(modelBuilder);
        modelBuilder.MapOperations();
    }
}
