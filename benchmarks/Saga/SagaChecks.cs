using Fulfillment.Benchmarks.Stage;
using Npgsql;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>Invariants after a run: no order is lost, none is processed twice, and no work is left over.</summary>
internal static class SagaChecks
{
    /// <summary>A sentence for each violation. Stops the system, so that unacknowledged messages show in their queues.</summary>
    /// <param name="system">The system.</param>
    /// <param name="shop">The products of the run.</param>
    /// <param name="before">Last order before the run.</param>
    /// <param name="accepted">Orders with a 201 response.</param>
    /// <param name="unanswered">Posts without that response; each may have left an order.</param>
    /// <param name="ct">Ends the checks.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(
        RunningSystem system, Shop shop, long before, long[] accepted, int unanswered, CancellationToken ct)
    {
        var violations = new List<string>();
        var orders = await CountAsync(system, "Order", """
            SELECT count(*), count(*) FILTER (WHERE status >= 'COMPLETED'), count(*) FILTER (WHERE status = 'COMPLETED'),
                count(*) FILTER (WHERE status = 'FAILED' AND status_reason = 'PAYMENT_DECLINED'), (SELECT count(*) FROM outbox_messages)
            FROM orders WHERE order_id > $1
            """, before, ct);
        var reservations = await CountAsync(system, "Inventory", """
            SELECT count(*), count(*) FILTER (WHERE status <> 'REJECTED'), count(*) FILTER (WHERE status = 'ACTIVE')
            FROM reservations WHERE order_id > $1
            """, before, ct);
        var payments = await CountAsync(system, "Payment", """
            SELECT count(*), count(*) FILTER (WHERE status = 'COMPLETED'), count(*) FILTER (WHERE status = 'FAILED')
            FROM payments WHERE order_id > $1
            """, before, ct);
        var notifications = await CountAsync(system, "Notification", """
            SELECT count(*) FILTER (WHERE channel = 'EMAIL'), count(DISTINCT order_id) FILTER (WHERE channel = 'EMAIL'),
                count(*) FILTER (WHERE channel = 'SMS'), count(DISTINCT order_id) FILTER (WHERE channel = 'SMS')
            FROM notification_logs WHERE order_id > $1
            """, before, ct);

        Equal("accepted orders that have ended", await EndedAsync(system, accepted, ct), accepted.LongLength);
        if (orders[0] > accepted.LongLength + unanswered)
            violations.Add($"{orders[0]} orders are stored, but only {accepted.Length} were accepted");
        Equal("messages in the outbox", orders[4], 0);
        Equal("answers of the inventory", reservations[0], orders[0]);
        Equal("reservations that are still held", reservations[2], 0);
        Equal("payments of reserved orders", payments[0], reservations[1]);
        Equal("completed payments", payments[1], orders[2]);
        Equal("declined payments", payments[2], orders[3]);
        Equal("e-mails", notifications[0], orders[1]);
        Equal("orders with an e-mail", notifications[1], orders[1]);
        Equal("text messages", notifications[2], orders[2]);
        Equal("orders with a text message", notifications[3], orders[2]);
        await CheckStockAsync(system, shop, before, violations, ct);

        await system.StopHostsAsync();
        foreach (var (queue, messages) in await system.Broker.CountMessagesAsync(ct)) Equal($"messages in {queue}", messages, 0);
        return violations;

        void Equal(string what, long actual, long expected)
        {
            if (actual != expected) violations.Add($"{what}: {actual} instead of {expected}");
        }
    }

    private static async Task CheckStockAsync(RunningSystem system, Shop shop, long before, List<string> violations, CancellationToken ct)
    {
        var sold = new Dictionary<string, long>();
        await using (var command = Command(system, "Order", """
            SELECT product_id, sum(quantity) FROM order_items JOIN orders USING (order_id)
            WHERE order_id > $1 AND status = 'COMPLETED' GROUP BY product_id
            """, before))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct)) sold[reader.GetString(0)] = reader.GetInt64(1);
        }

        await using var stock = Command(
            system, "Inventory",
            "SELECT product_id, available_quantity, reserved_quantity, sold_quantity FROM inventory_items "
            + "WHERE starts_with(product_id, $1)",
            shop.ProductPrefix);
        await using var items = await stock.ExecuteReaderAsync(ct);
        while (await items.ReadAsync(ct))
        {
            var (product, available, reserved, gone) = (items.GetString(0), items.GetInt32(1), items.GetInt32(2), items.GetInt32(3));
            if (available + reserved + gone != Shop.Stock || reserved != 0 || gone != sold.GetValueOrDefault(product))
                {
                    violations.Add($"{product}: {available} available, {reserved} reserved and {gone} sold of {Shop.Stock}; "
                        + $"completed orders bought {sold.GetValueOrDefault(product)}");
                }
        }
    }

    private static async Task<long> EndedAsync(RunningSystem system, long[] accepted, CancellationToken ct)
    {
        await using var command = Command(
            system, "Order", "SELECT count(*) FROM orders WHERE order_id = ANY($1) AND status >= 'COMPLETED'", accepted);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<long[]> CountAsync(RunningSystem system, string module, string sql, long after, CancellationToken ct)
    {
        await using var command = Command(system, module, sql, after);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)];
    }

    private static NpgsqlCommand Command<T>(RunningSystem system, string module, string sql, T parameter)
    {
#pragma warning disable CA2100 // The constants of this class.
        var command = system.Databases[module].CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = parameter });
        return command;
    }
}
