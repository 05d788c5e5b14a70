using Fulfillment.Contracts;
using Fulfillment.Core;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.Inventory.ReserveStock;

/// <summary>
/// Reserves the stock of many orders in one transaction. Product rows are locked in key order, so that replicas and reservation transitions
/// cannot deadlock. An order that was answered before gets its stored answer.
/// </summary>
public sealed class ReservationWriter(IOptions<ReservationOptions> options, TimeProvider time)
    : IBatchWriter<OrderCreatedEvent, ReservationAnswer>
{
    private const string LockItems = """
        SELECT product_id, available_quantity FROM inventory_items WHERE product_id = ANY($1) ORDER BY product_id FOR NO KEY UPDATE
        """;

    // The statement follows the locks, so it sees a duplicate of an order that another replica was answering.
    private const string SelectAnswers = """
        SELECT order_id, event_id, created_at, status = 'REJECTED', reason_code, failed_product_id, cardinality(product_ids) = 0
        FROM reservations WHERE order_id = ANY($1)
        """;

    private const string TakeItems = """
        UPDATE inventory_items SET available_quantity = available_quantity - taken.quantity,
            reserved_quantity = reserved_quantity + taken.quantity, updated_at = $3
        FROM unnest($1::text[], $2::int[]) AS taken (id, quantity)
        WHERE product_id = taken.id
        """;

    // unnest would flatten arrays of arrays, so the lines are sent as text and become arrays here.
    private const string InsertAnswers = """
        INSERT INTO reservations (order_id, customer_id, status, product_ids, quantities, reason_code, failed_product_id, event_id,
            correlation_id, created_at, updated_at, expires_at)
        SELECT id, customer, status,
            ARRAY(SELECT jsonb_array_elements_text(products)), ARRAY(SELECT jsonb_array_elements_text(quantities)::int),
            reason, failed, event, correlation, $10, $10, CASE WHEN status = 'ACTIVE' THEN now() + $11 END
        FROM unnest($1::bigint[], $2::text[], $3::reservation_status[], $4::jsonb[], $5::jsonb[], $6::text[], $7::text[], $8::uuid[],
            $9::uuid[]) AS new (id, customer, status, products, quantities, reason, failed, event, correlation)
        ON CONFLICT DO NOTHING
        """;

    public async Task<IReadOnlyList<ReservationAnswer>> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<OrderCreatedEvent> items)
    {
        var (available, answers) = await ReadAsync(connection, items);
        // Stock is given in the order of arrival. Rows are inserted in the order of their keys, so that two replicas cannot deadlock.
        OrderCreatedEvent[] open = [.. items.DistinctBy(order => order.OrderId).Where(order => !answers.ContainsKey(order.OrderId))];
        if (open.Length > 0)
        {
            var now = time.NowToMicrosecond();
            var (failures, taken) = ReservationDecision.Decide(available, [.. open.Select(order => order.Items)]);
            foreach (var (order, failure) in open.Zip(failures))
                answers[order.OrderId] = new ReservationAnswer(OutcomeId(order, failure), now, failure);
            await StoreAsync(connection, [.. open.OrderBy(order => order.OrderId)], answers, taken, now);
        }

        return [.. items.Select(order => answers[order.OrderId])];
    }

    private static async Task<(Dictionary<string, int> Available, Dictionary<long, ReservationAnswer> Answers)> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<OrderCreatedEvent> items)
    {
        await using var batch = new NpgsqlBatch(connection)
            .Add(LockItems, items.SelectMany(order => order.Items).Select(line => line.ProductId).Distinct().ToArray())
            .Add(SelectAnswers, items.Select(order => order.OrderId).Distinct().ToArray());
        await using var reader = await batch.ExecuteReaderAsync();
        var available = await reader.ReadAllAsync(row => (Id: row.GetString(0), Pieces: row.GetInt32(1)));
        var answers = await reader.ReadAllAsync(row => (
            OrderId: row.GetInt64(0),
            Answer: new ReservationAnswer(
                row.GetGuid(1), row.GetFieldValue<DateTimeOffset>(2),
                row.GetBoolean(3) ? new ReservationFailure(row.GetString(4), row.GetString(5)) : null,
                CancelledBeforeReservation: row.GetBoolean(6))));
        return (available.ToDictionary(row => row.Id, row => row.Pieces), answers.ToDictionary(row => row.OrderId, row => row.Answer));
    }

    private async Task StoreAsync(
        NpgsqlConnection connection, OrderCreatedEvent[] orders, Dictionary<long, ReservationAnswer> answers,
        IReadOnlyDictionary<string, int> taken, DateTimeOffset now)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (taken.Count > 0) batch.Add(TakeItems, taken.Keys.ToArray(), taken.Values.ToArray(), now);
        batch.Add(
            InsertAnswers,
            orders.Select(order => order.OrderId).ToArray(),
            orders.Select(order => order.CustomerId).ToArray(),
            orders.Select(order => answers[order.OrderId].Failure is null ? ReservationStatus.Active : ReservationStatus.Rejected)
                .ToArray(),
            orders.Select(order => JsonArray.Of(order.Items.Select(line => line.ProductId))).ToArray(),
            orders.Select(order => JsonArray.Of(order.Items.Select(line => line.Quantity))).ToArray(),
            orders.Select(order => answers[order.OrderId].Failure?.ReasonCode).ToArray(),
            orders.Select(order => answers[order.OrderId].Failure?.ProductId).ToArray(),
            orders.Select(order => answers[order.OrderId].EventId).ToArray(),
            orders.Select(order => order.CorrelationId ?? order.EventId).ToArray(),
            now, options.Value.ReservationTtl);
        var written = await batch.ExecuteNonQueryAsync();
        // Another replica answered one of these orders in the meantime (possible only when it locked no common product).
        // Its answer holds. This transaction is rolled back, and the retry finds that answer.
        if (written != taken.Count + orders.Length) throw new ConcurrentWriteException("Another process answered one of these orders.");
    }

    private static Guid OutcomeId(OrderCreatedEvent order, ReservationFailure? failure) =>
        DeterministicGuid.From(order.EventId, failure is null ? "INVENTORY_RESERVED" : "INVENTORY_FAILED");
}
