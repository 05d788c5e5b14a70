using Fulfillment.BuildingBlocks.Operations.DeadLetters;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Payments;

/// <summary>Schema and queries of <c>payment_db</c>. Hot writes are set-based SQL, see ChargePayment.</summary>
public sealed class PaymentDbContext(DbContextOptions<PaymentDbContext> options) : DbContext(options)
{
    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<PaymentTransaction> Transactions => Set<PaymentTransaction>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        var payment = modelBuilder.Entity<Payment>().ToTable("payments", table => table.HasCheckConstraint("ck_payments_amount", "amount >= 0"));
        payment.HasKey(p => p.Id);
        payment.HasIndex(p => p.OrderId).IsUnique();
        payment.Property(p => p.CustomerId).HasMaxLength(64);
        payment.Property(p => p.Amount).HasPrecision(19, 2);
        payment.Property(p => p.PaymentMethod).HasMaxLength(40);
        payment.Property(p => p.TransactionId).HasMaxLength(40);
        payment.Property(p => p.Reason).HasMaxLength(200);
        payment.Property(p => p.ErrorCode).HasMaxLength(40);

        var transaction = modelBuilder.Entity<PaymentTransaction>().ToTable("payment_transactions");
        transaction.HasKey(t => t.Id);
        transaction.HasOne<Payment>().WithMany().HasForeignKey(t => t.PaymentId);
        transaction.Property(t => t.TransactionId).HasMaxLength(40);
        transaction.Property(t => t.Type).HasMaxLength(20);
        transaction.Property(t => t.Amount).HasPrecision(19, 2);
        transaction.Property(t => t.Message).HasMaxLength(200);

        DeadLetter.Configure(modelBuilder);
    }
}
