using Fulfillment.Operations;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Notification;

/// <summary>Schema and queries of <c>notification_db</c>. Hot writes are set-based SQL, see NotifyCustomer.</summary>
public sealed class NotificationDbContext(DbContextOptions<NotificationDbContext> options) : DbContext(options)
{
    public DbSet<NotificationLog> Notifications => Set<NotificationLog>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        var log = modelBuilder.Entity<NotificationLog>().ToTable("notification_logs");
        log.HasKey(l => l.Id);
        log.HasIndex(l => new { l.EventId, l.Channel }).IsUnique();
        log.HasIndex(l => l.OrderId);
        log.HasIndex(l => new { l.Channel, l.Id });
        log.Property(l => l.CustomerId).HasMaxLength(64);
        log.Property(l => l.Recipient).HasMaxLength(100);
        log.Property(l => l.Subject).HasMaxLength(200);
        log.Property(l => l.Message).HasMaxLength(500);

        modelBuilder.MapOperations();
    }
}
