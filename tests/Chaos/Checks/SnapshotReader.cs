using Fulfillment.Chaos.Faults;
using Fulfillment.Chaos.TestEnvironment;
using Fulfillment.Harness;
using Npgsql;

namespace Fulfillment.Chaos.Checks;

/// <summary>Reads the four databases and the messages that are left in the queues.</summary>
internal sealed class SnapshotReader(ChaosEnvironment system)
{
    private const string OrdersSql = """
        SELECT order_id, customer_id, status::text, status_reason, total_amount, updated_at - created_at,
            (SELECT string_agg(product_id || ' ' || quantity || ' ' || price::numeric(19, 2), ', ' ORDER BY product_id COLLATE "C")
             FROM order_items i WHERE i.order_id = o.order_id)
        FROM orders o ORDER BY order_id
        """;

    private const string PaymentsSql = """
        SELECT order_id, status::text, amount, refunded_amount,
            (SELECT count(*) FROM payment_transactions t WHERE t.payment_id = p.id AND t.type = 'CHARGE' AND t.status = 'COMPLETED')
        FROM payments p ORDER BY order_id
        """;

    private static readonly string[] Publishers = ["Order", "Inventory", "Payment"];

    private const string NotificationsSql =
        "SELECT order_id, event_id, channel::text, count(*) FROM notification_logs GROUP BY order_id, event_id, channel";

    /// <summary>Reads a snapshot of the databases while the processes run or after they have ended.</summary>
    public async Task<DatabaseSnapshot> ReadAsync(IReadOnlyDictionary<string, PoisonMessage> poison, CancellationToken ct)
    {
        var orders = await ListAsync("Order", OrdersSql, row => new OrderFact(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetDecimal(4),
            row.IsDBNull(6) ? "" : row.GetString(6), row.GetTimeSpan(5)), ct);
        var reservations = await ListAsync(
            "Inventory", "SELECT order_id, status::text, product_ids, quantities FROM reservations ORDER BY order_id",
            row => new ReservationFact(row.GetInt64(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<int[]>(3)), ct);
        var stock = await ListAsync(
            "Inventory",
            "SELECT product_id, available_quantity, reserved_quantity, sold_quantity, received_quantity "
            + "FROM inventory_items ORDER BY product_id",
            row => new StockFact(row.GetString(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)), ct);
        var open = await OpenRefundsAsync(ct);
        var payments = await ListAsync("Payment", PaymentsSql, row => new PaymentFact(
            row.GetInt64(0), row.GetString(1), row.GetDecimal(2), row.GetDecimal(3), (int)row.GetInt64(4),
            open.GetValueOrDefault(row.GetInt64(0))), ct);
        var notifications = await ListAsync(
            "Notification", NotificationsSql,
            row => new NotificationFact(row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3)), ct);
        var leftOver = await LeftOverAsync(ct);
        return new DatabaseSnapshot(orders, reservations, stock, payments, notifications, await DeadLettersAsync(ct), leftOver)
        {
            Poison = poison,
        };
    }

    /// <summary>Number of pending events and of open refunds.</summary>
    public async Task<long> PendingAsync(CancellationToken ct)
    {
        var sum = 0L;
        foreach (var module in Publishers)
            sum += (await ListAsync(module, "SELECT count(*) FROM outbox_messages", row => row.GetInt64(0), ct))[0];
        return sum + (await OpenRefundsAsync(ct)).Count;
    }

    /// <summary>Number of all orders and of open orders.</summary>
    public async Task<(long All, long Open)> OrdersAsync(CancellationToken ct)
    {
        const string Sql = "SELECT count(*), count(*) FILTER (WHERE status < 'COMPLETED') FROM orders";
        return (await ListAsync("Order", Sql, row => (row.GetInt64(0), row.GetInt64(1)), ct))[0];
    }

    private async Task<Dictionary<string, long>> LeftOverAsync(CancellationToken ct)
    {
        var left = new Dictionary<string, long> { ["pending events and refunds"] = await PendingAsync(ct) };
        foreach (var (queue, messages) in await system.Broker.CountMessagesAsync(ct))
        {
            if (queue != MessageRecorder.Queue) left[queue] = messages;
        }

        return left;
    }

    private async Task<Dictionary<long, int>> OpenRefundsAsync(CancellationToken ct)
    {
        var open = await ListAsync(
            "Payment",
            "SELECT order_id, count(*) FROM refunds JOIN payments ON payments.id = payment_id "
            + "WHERE refunds.completed_at IS NULL GROUP BY order_id",
            row => (row.GetInt64(0), (int)row.GetInt64(1)), ct);
        return open.ToDictionary(pair => pair.Item1, pair => pair.Item2);
    }

    private async Task<List<DeadLetterFact>> DeadLettersAsync(CancellationToken ct)
    {
        var deadLetters = new List<DeadLetterFact>();
        foreach (var module in Databases.Modules)
        {
            deadLetters.AddRange(await ListAsync(
                module, "SELECT message_id, queue || ': ' || exception_type || ', ' || left(exception_message, 200) FROM dead_letters",
                row => new DeadLetterFact(module, row.IsDBNull(0) ? null : row.GetString(0), row.GetString(1)), ct));
        }

        return deadLetters;
    }

    private async Task<List<T>> ListAsync<T>(string module, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
#pragma warning disable CA2100 // The constants of this class.
        await using var command = system.Databases[module].CreateCommand(sql);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }
}
