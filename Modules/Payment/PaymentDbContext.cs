using Fulfillment.Operations;
using Fulfillment.Payment.Simulate;
using Fulfillment.Persistence;
using Fulfillment.Persistence.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Payment;

/// <summary>Schema and queries of <c>payment_db</c>. Hot writes are set-based SQL, see ChargePayment and RefundPayment.</summary>
public sealed class PaymentDbContext(DbContextOptions<PaymentDbContext> options) : DbContext(options)
{
    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<PaymentTransaction> Transactions => Set<PaymentTransaction>();

    public DbSet<Refund> Refunds => Set<Refund>();

    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        var payment = modelBuilder.Entity<Payment>().ToTable("payments", table =>
        {
            table.HasCheckConstraint("ck_payments_amount", "amount >= 0");
            table.HasCheckConstraint("ck_payments_refunded_amount", "refunded_amount BETWEEN 0 AND amount");
        });
        payment.HasKey(p => p.Id);
        payment.HasIndex(p => p.OrderId).IsUnique();
        payment.HasIndex(p => new { p.Status, p.Id });
        payment.Property(p => p.CustomerId).HasMaxLength(64);
        payment.Property(p => p.Amount).HasPrecision(19, 2);
        payment.Property(p => p.PaymentMethod).HasMaxLength(40);
        payment.Property(p => p.TransactionId).HasMaxLength(40);
        payment.Property(p => p.Reason).HasMaxLength(200);
        payment.Property(p => p.ErrorCode).HasMaxLength(40);
        payment.Property(p => p.CancelReason).HasMaxLength(40);
        payment.Property(p => p.RefundedAmount).HasPrecision(19, 2);
        payment.Property(p => p.UpdatedAt).HasDefaultValueSql("now()");

        var refund = modelBuilder.Entity<Refund>()
            .ToTable("refunds", table => table.HasCheckConstraint("ck_refunds_amount", "amount >= 0"));
        refund.HasKey(r => r.Id);
        refund.HasOne<Payment>().WithMany().HasForeignKey(r => r.PaymentId);
        refund.HasIndex(r => r.EventId).IsUnique();
        refund.HasIndex(r => r.PaymentId);
        refund.HasIndex(r => r.PaymentId, "ended").IsUnique().HasFilter("reason_code <> 'MANUAL'")
            .HasDatabaseName("ix_refunds_of_ended_order");
        refund.HasIndex(r => r.NextAttemptAt).HasFilter("completed_at IS NULL").HasDatabaseName("ix_refunds_due");
        refund.Property(r => r.Attempts).HasDefaultValue(0);
        refund.Property(r => r.NextAttemptAt).HasDefaultValueSql("now()");
        refund.Property(r => r.LastError).HasMaxLength(500);
        refund.Property(r => r.Amount).HasPrecision(19, 2);
        refund.Property(r => r.ReasonCode).HasMaxLength(40);
        refund.Property(r => r.Reason).HasMaxLength(200);
        refund.Property(r => r.TransactionId).HasMaxLength(40);

        var transaction = modelBuilder.Entity<PaymentTransaction>().ToTable("payment_transactions");
        transaction.HasKey(t => t.Id);
        transaction.HasOne<Payment>().WithMany().HasForeignKey(t => t.PaymentId);
        transaction.Property(t => t.TransactionId).HasMaxLength(40);
        transaction.Property(t => t.Type).HasMaxLength(20);
        transaction.Property(t => t.Amount).HasPrecision(19, 2);
        transaction.Property(t => t.Message).HasMaxLength(200);

        var simulator = modelBuilder.Entity<StoredSimulator>()
            .ToTable("simulator", table => table.HasCheckConstraint("ck_simulator_one_row", $"id = {StoredSimulator.OnlyId}"));
        simulator.HasKey(s => s.Id);
        simulator.Property(s => s.Id).ValueGeneratedNever();
        simulator.Property(s => s.UpdatedAt).HasDefaultValueSql("now()");

        OutboxMessage.Configure(modelBuilder);
        IdempotencyRecord.Configure(modelBuilder);
        modelBuilder.MapOperations();
    }
}
