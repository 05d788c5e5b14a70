using Fulfillment.Core;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.ChangeReservations;

/// <summary>
/// Commits or releases the stock of many orders in one transaction. The result is the reservation after the change if the change applies
/// now or its event was applied before, else null.
/// </summary>
public sealed class ReservationTransitionWriter(TimeProvider time) : IBatchWriter<ReservationChange, ReservedStock?>
{
    private const string Lock = """
        SELECT order_id, status, settled_by, updated_at, reason_code, product_ids, quantities
        FROM reservations WHERE order_id = ANY($1) ORDER BY order_id FOR NO KEY UPDATE
        """;

    // Another process stored the reservation after this transaction had read it: the transaction is retried.
    private const string InsertCancelled = """
        INSERT INTO reservations (order_id, customer_id, status, product_ids, quantities, reason_code, event_id, correlation_id, settled_by,
            created_at, updated_at)
        SELECT id, customer, 'RELEASED', '{}', '{}', reason, cause, correlation, cause, $6, $6
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[], $5::uuid[]) AS new (id, customer, reason, cause, correlation)
        ON CONFLICT DO NOTHING
        """;

    public async Task<IReadOnlyList<ReservedStock?>> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<ReservationChange> items)
    {
        var stored = await ReadAsync(connection, items);
        var (results, changes) = ReservationTransitions.Decide(stored, items, time.NowToMicrosecond());
        if (changes.Count == 0) return results;

        await using var batch = new NpgsqlBatch(connection);
        var known = changes.Where(change => stored.ContainsKey(change.Key)).ToDictionary();
        if (known.Count > 0) batch.AddTransitions(known, ReservationTransitions.StockDeltas(stored, known));
        // Follows the product locks, because ReservationWriter takes those first. Another order of locks could deadlock.
        ReservationChange[] cancelled =
        [
            .. items.Where(item => !stored.ContainsKey(item.OrderId) && item.Transition == ReservationTransition.Cancel)
                .DistinctBy(item => item.OrderId).OrderBy(item => item.OrderId),
        ];
        if (cancelled.Length > 0)
        {
            batch.Add(
                InsertCancelled, cancelled.Select(item => item.OrderId).ToArray(), cancelled.Select(item => item.CustomerId).ToArray(),
                cancelled.Select(item => item.ReasonCode).ToArray(), cancelled.Select(item => item.Cause).ToArray(),
                cancelled.Select(item => item.CorrelationId).ToArray(), changes[cancelled[0].OrderId].At);
        }

        await batch.ExecuteNonQueryAsync();
        if (cancelled.Length > 0 && batch.BatchCommands[^1].RecordsAffected != cancelled.Length)
            throw new ConcurrentWriteException("Another process answered one of these orders.");
        return results;
    }

    private static async Task<Dictionary<long, ReservedStock>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<ReservationChange> items)
    {
        await using var batch = new NpgsqlBatch(connection).Add(Lock, items.Select(item => item.OrderId).Distinct().ToArray());
        await using var reader = await batch.ExecuteReaderAsync();
        var rows = await reader.ReadAllAsync(row => (
            OrderId: row.GetInt64(0),
            Stock: new ReservedStock(
                row.GetFieldValue<ReservationStatus>(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetFieldValue<DateTimeOffset>(3),
                row.IsDBNull(4) ? null : row.GetString(4), row.GetFieldValue<string[]>(5), row.GetFieldValue<int[]>(6))));
        return rows.ToDictionary(row => row.OrderId, row => row.Stock);
    }
}
