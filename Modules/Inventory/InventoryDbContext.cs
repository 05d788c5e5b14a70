using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Operations;
using Fulfillment.Persistence;
using Fulfillment.Persistence.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory;

/// <summary>
/// Schema and queries of <c>inventory_db</c>. Hot writes are set-based SQL, see ReserveStock, ChangeReservations and ImportProducts.
/// </summary>
public sealed class InventoryDbContext(DbContextOptions<InventoryDbContext> options) : DbContext(options)
{
    public DbSet<InventoryItem> Items => Set<InventoryItem>();

    public DbSet<Reservation> Reservations => Set<Reservation>();

    public DbSet<StockAdjustment> Adjustments => Set<StockAdjustment>();

    public DbSet<Product> Products => Set<Product>();

    public DbSet<ImportJob> Imports => Set<ImportJob>();

    public DbSet<ImportChunk> ImportChunks => Set<ImportChunk>();

    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    public DbSet<ImportError> ImportErrors => Set<ImportError>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        var item = modelBuilder.Entity<InventoryItem>().ToTable("inventory_items", table =>
        {
            table.HasCheckConstraint(
                "ck_inventory_items_not_negative", "available_quantity >= 0 AND reserved_quantity >= 0 AND sold_quantity >= 0");
            table.HasCheckConstraint(
                "ck_inventory_items_conserved", "available_quantity + reserved_quantity + sold_quantity = received_quantity");
        });
        item.HasKey(i => i.ProductId);
        // Ids are compared byte by byte, as list cursors and sorting in code do.
        item.Property(i => i.ProductId).HasMaxLength(64).UseCollation("C");
        item.Property(i => i.ProductName).HasMaxLength(200);
        item.Property(i => i.UpdatedAt).HasDefaultValueSql("now()");

        var reservation = modelBuilder.Entity<Reservation>().ToTable("reservations");
        reservation.HasKey(r => r.OrderId);
        reservation.Property(r => r.OrderId).ValueGeneratedNever();
        reservation.Property(r => r.CustomerId).HasMaxLength(64);
        reservation.Property(r => r.ReasonCode).HasMaxLength(40);
        reservation.Property(r => r.FailedProductId).HasMaxLength(64);
        // The index has active reservations only, so its size does not depend on the number of orders.
        reservation.HasIndex(r => r.ExpiresAt).HasFilter("status = 'ACTIVE'");
        reservation.HasIndex(r => new { r.Status, r.OrderId });

        var adjustment = modelBuilder.Entity<StockAdjustment>().ToTable("stock_adjustments");
        adjustment.HasKey(a => a.Id);
        adjustment.Property(a => a.ProductId).HasMaxLength(64).UseCollation("C");
        adjustment.Property(a => a.Reason).HasMaxLength(200);
        adjustment.Property(a => a.CreatedAt).HasDefaultValueSql("now()");
        adjustment.HasOne<InventoryItem>().WithMany().HasForeignKey(a => a.ProductId);

        var product = modelBuilder.Entity<Product>().ToTable("products");
        product.HasKey(p => p.ProductId);
        product.Property(p => p.ProductId).HasMaxLength(64).UseCollation("C");
        product.Property(p => p.Name).HasMaxLength(200);
        product.Property(p => p.Price).HasPrecision(19, 2);
        product.Property(p => p.UpdatedAt).HasDefaultValueSql("now()");

        var removed = modelBuilder.Entity<RemovedSale>().ToTable("removed_sales");
        removed.HasKey(sale => sale.ProductId);
        removed.Property(sale => sale.ProductId).HasMaxLength(64).UseCollation("C");

        ConfigureImports(modelBuilder);
        OutboxMessage.Configure(modelBuilder);
        IdempotencyRecord.Configure(modelBuilder);
    }

    private static void ConfigureImports(ModelBuilder modelBuilder)
    {
        var job = modelBuilder.Entity<ImportJob>().ToTable("import_jobs");
        job.Property(j => j.CreatedAt).HasDefaultValueSql("now()");
        job.Property(j => j.UpdatedAt).HasDefaultValueSql("now()");

        var chunk = modelBuilder.Entity<ImportChunk>().ToTable("import_chunks");
        chunk.Property(c => c.Timeouts).HasDefaultValue((short)0);
        chunk.HasKey(c => new { c.ImportId, c.Chunk });
        chunk.HasIndex(c => new { c.ImportId, c.Chunk }, "ix_import_chunks_open").HasFilter("done_at IS NULL");
        chunk.HasOne<ImportJob>().WithMany().HasForeignKey(c => c.ImportId).OnDelete(DeleteBehavior.Cascade);

        var claim = modelBuilder.Entity<ImportClaim>().ToTable("import_claims");
        claim.HasKey(c => c.ProductId);
        claim.Property(c => c.ProductId).HasMaxLength(64).UseCollation("C");

        modelBuilder.Entity<Installation>().ToTable("installation").Property(i => i.Id).HasDefaultValueSql("gen_random_uuid()");

        var error = modelBuilder.Entity<ImportError>().ToTable("import_errors");
        error.HasKey(e => new { e.ImportId, e.Row });
        error.HasIndex(e => new { e.ImportId, e.Code, e.Row });
        error.HasOne<ImportJob>().WithMany().HasForeignKey(e => e.ImportId).OnDelete(DeleteBehavior.Cascade);

        modelBuilder.MapOperations();
    }
}
