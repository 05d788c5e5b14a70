using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Inventory.ChangeReservations;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fulfillment.Inventory.ExpireReservations;

/// <summary>
/// Releases the stock of reservations that are not paid in time, and stores the event in the same transaction. The database clock decides
/// when a reservation expires. The row decides a tie: a payment at the same moment finds the reservation either active or expired.
/// </summary>
public sealed class ReservationExpiry(
    ModuleDatabase<InventoryDbContext> database, OutboxRelay<InventoryDbContext> relay, Startup startup, TimeProvider time,
    ILogger<ReservationExpiry> logger)
    : PollingWorker(startup, time, logger)
{
    public const string ReasonCode = "RESERVATION_EXPIRED";
    private const int MaxBatch = 500;

    // Replicas skip reservations that another replica is expiring or that a payment is committing.
    private const string Take = """
        SELECT order_id, customer_id, event_id, correlation_id, now(), product_ids, quantities
        FROM reservations WHERE status = 'ACTIVE' AND expires_at <= now()
        ORDER BY expires_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
        """;

    /// <inheritdoc />
    protected override string Work => "reservations that expire";

    /// <inheritdoc />
    protected override async Task<bool> WorkAsync(CancellationToken ct)
    {
        await using var connection = await database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var overdue = await TakeAsync(connection, ct);
        if (overdue.Count == 0) return false;

        var before = overdue.ToDictionary(row => row.OrderId, row => row.Stock with { Status = ReservationStatus.Active });
        var after = overdue.ToDictionary(row => row.OrderId, row => row.Stock);
        await using var batch = new NpgsqlBatch(connection);
        batch.AddTransitions(after, ReservationTransitions.StockDeltas(before, after));
        batch.AddOutbox([.. overdue.Select(row => OutgoingMessage.From(Announce(row)))]);
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        relay.Wake();
        logger.LogInformation("{Count} reservation(s) expired", overdue.Count);
        return overdue.Count == MaxBatch;
    }

    private static async Task<List<Overdue>> TakeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection).Add(Take, MaxBatch);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAllAsync(row => new Overdue(
            row.GetInt64(0), row.GetString(1), row.GetGuid(2), row.IsDBNull(3) ? null : row.GetGuid(3),
            new ReservedStock(
                ReservationStatus.Expired, null, row.GetFieldValue<DateTimeOffset>(4), ReasonCode, row.GetFieldValue<string[]>(5),
                row.GetFieldValue<int[]>(6))));
    }

    private static ReservationExpiredEvent Announce(Overdue row) =>
        new ReservationExpiredEvent(row.OrderId, row.CustomerId, row.Stock.Lines(), ReasonCode)
            .WithNewCorrelation(DeterministicGuid.From(row.ReservedBy, "RESERVATION_EXPIRED"), row.Stock.At, row.CorrelationId);

    private sealed record Overdue(long OrderId, string CustomerId, Guid ReservedBy, Guid? CorrelationId, ReservedStock Stock);
}
