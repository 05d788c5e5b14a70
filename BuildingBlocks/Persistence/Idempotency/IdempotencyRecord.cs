using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Persistence.Idempotency;

/// <summary>The answer that a request with an <c>Idempotency-Key</c> got, stored in the transaction of its effect.</summary>
public sealed class IdempotencyRecord
{
    /// <summary>Operation that the key belongs to: method and route with its ids.</summary>
    public required string Scope { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>Attempt that stored it. An attempt whose commit was not confirmed recognizes its own work by this id.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>SHA-256 of the request.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>Status code of the answer, 200-299.</summary>
    public required short Status { get; init; }

    /// <summary>Its <c>Location</c>, if it had one.</summary>
    public string? Location { get; init; }

    /// <summary>Its body, as it was sent.</summary>
    public required string Body { get; init; }

    /// <summary>Time of the transaction.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Maps the table <c>idempotency_keys</c>.</summary>
    public static void Configure(ModelBuilder model)
    {
        var record = model.Entity<IdempotencyRecord>().ToTable("idempotency_keys");
        record.HasKey(r => new { r.Scope, r.Key });
        // Not jsonb: the body must leave exactly as it was written.
        record.Property(r => r.Body).HasColumnType("text");
        record.Property(r => r.CreatedAt).HasDefaultValueSql("now()");
        // Not BRIN: new rows fill the space of removed ones, so after a day every range of pages holds rows of every age.
        record.HasIndex(r => r.CreatedAt).HasDatabaseName("ix_idempotency_keys_age");
    }
}
