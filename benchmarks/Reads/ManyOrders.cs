using System.Globalization;
using Fulfillment.Harness;
using Npgsql;

namespace Fulfillment.Benchmarks.Reads;

/// <summary>
/// Fills the databases by SQL with orders, as after a long time of operation. Rare rows are the oldest, which is the worst case for lists
/// that begin with the newest: cancelled orders, refunds, SMS and one product are in the first fiftieth only.
/// </summary>
internal static class ManyOrders
{
    /// <summary>Customer of every twentieth order.</summary>
    public const string LargeCustomer = "CUST-LARGE";

    /// <summary>Product of a hundred of the oldest orders.</summary>
    public const string RareProduct = "BENCH-RARE";

    // $1 is the number of orders; a hundred were placed each second.
    private const string Orders = """
        INSERT INTO orders (order_id, customer_id, total_amount, status, status_reason, created_at, updated_at)
        SELECT n, CASE WHEN n % 20 = 0 THEN 'CUST-LARGE' ELSE 'CUST-' || n * 7919 % 100000 END, 20,
            (CASE WHEN n > $1 - 50 OR n IN (1001, 2001) THEN CASE n % 2 WHEN 0 THEN 'PENDING' ELSE 'CONFIRMED' END
                WHEN n <= $1 / 50 AND n % 4 = 0 THEN 'CANCELLED' WHEN n % 5 = 0 THEN 'FAILED' ELSE 'COMPLETED' END)::order_status,
            CASE WHEN n <= $1 - 50 AND n % 5 = 0 THEN 'PAYMENT_DECLINED' END, at, at + interval '80 milliseconds'
        FROM generate_series(1, $1) AS n, LATERAL (SELECT now() - ($1 - n) * interval '10 milliseconds' AS at) AS time
        """;

    private const string Items = """
        INSERT INTO order_items (order_id, product_id, product_name, quantity, price)
        SELECT n, CASE WHEN line = 1 AND n <= 100 THEN 'BENCH-RARE' ELSE 'BENCH-' || (n * line * 31 + line) % 1000 END, 'A product', 1, 10
        FROM generate_series(1, $1) AS n, generate_series(1, 2) AS line
        """;

    private const string History = """
        INSERT INTO order_history (order_id, event_id, event_type, source, summary, occurred_at, recorded_at, status)
        SELECT order_id, ('00000000-0000-0000-' || lpad(step::text, 4, '0') || '-' || lpad(to_hex(order_id), 12, '0'))::uuid,
            CASE step WHEN 0 THEN 'ORDER_CREATED' ELSE 'INVENTORY_COMMITTED' END, 'bench', NULL, created_at, created_at,
            CASE step WHEN 0 THEN 'PENDING' ELSE status END
        FROM orders, generate_series(0, 1) AS step WHERE order_id BETWEEN 1 AND $1
        """;

    private const string Stock = """
        INSERT INTO inventory_items (product_id, product_name, available_quantity, reserved_quantity, sold_quantity, received_quantity)
        SELECT product, 'Number ' || product, 100000000, coalesce(reserved, 0), coalesce(sold, 0),
            100000000 + coalesce(reserved, 0) + coalesce(sold, 0)
        FROM (SELECT 'BENCH-' || n AS product FROM generate_series(0, 199999) AS n) AS products LEFT JOIN (
            SELECT product, sum(quantity) FILTER (WHERE status = 'ACTIVE') AS reserved,
                sum(quantity) FILTER (WHERE status = 'COMMITTED') AS sold
            FROM reservations, unnest(product_ids, quantities) AS line (product, quantity)
            WHERE order_id BETWEEN 1 AND $1 GROUP BY product) AS held USING (product)
        """;

    private const string Reservations = """
        INSERT INTO reservations (order_id, customer_id, status, product_ids, quantities, reason_code, event_id, created_at, updated_at,
            expires_at)
        SELECT n, 'CUST-' || n * 7919 % 100000,
            (CASE WHEN n > $1 - 50 THEN 'ACTIVE' WHEN n <= $1 / 50 AND n % 8 = 0 THEN 'EXPIRED' WHEN n % 5 = 0 THEN 'RELEASED'
                WHEN n % 10 = 1 THEN 'REJECTED' ELSE 'COMMITTED' END)::reservation_status,
            ARRAY['BENCH-' || (n * 31 + 1) % 1000, 'BENCH-' || (n * 62 + 2) % 1000], ARRAY[1, 1], NULL, gen_random_uuid(),
            at, at, at + interval '1 day'
        FROM generate_series(1, $1) AS n, LATERAL (SELECT now() - ($1 - n) * interval '10 milliseconds' AS at) AS time
        """;

    private const string Payments = """
        INSERT INTO payments (order_id, customer_id, amount, status, payment_method, transaction_id, refunded_amount, created_at,
            updated_at)
        SELECT n, 'CUST-' || n * 7919 % 100000, 20,
            (CASE WHEN n > $1 - 50 THEN 'PENDING' WHEN n <= $1 / 50 AND n % 4 = 0 THEN 'VOIDED' WHEN n % 5 = 0 THEN 'FAILED'
                ELSE 'COMPLETED' END)::payment_status,
            'CARD', 'TXN-' || n, 0, at, at
        FROM generate_series(1, $1) AS n, LATERAL (SELECT now() - ($1 - n) * interval '10 milliseconds' AS at) AS time
        """;

    private const string Transactions = """
        INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
        SELECT id, transaction_id, 'CHARGE', status, amount, 'Approved', created_at
        FROM payments WHERE status = 'COMPLETED' AND order_id BETWEEN 1 AND $1
        """;

    private const string Notifications = """
        INSERT INTO notification_logs (event_id, order_id, customer_id, channel, recipient, subject, message, sent_at)
        SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, n, 'CUST-' || n * 7919 % 100000, channel,
            'customer@example.com', 'Your order', 'Thank you', now() - ($1 - n) * interval '10 milliseconds'
        FROM generate_series(1, $1) AS n, unnest(
            CASE WHEN n <= $1 / 50 THEN '{EMAIL,SMS}' ELSE '{EMAIL}' END::notification_channel[]) AS channel
        """;

    private static readonly (string Module, string[] Statements)[] Tables =
    [
        ("Order", [Orders, Items, History, "SELECT setval('order_numbers', $1)"]),
        ("Inventory", [Reservations, Stock]),
        ("Payment", [Payments, Transactions]),
        ("Notification", [Notifications]),
    ];

    /// <summary>Fills databases whose schema is complete.</summary>
    public static async Task FillAsync(Databases databases, int orders, CancellationToken ct)
    {
        foreach (var (module, statements) in Tables)
        {
            await using var connection = await databases.OpenAsAdministratorAsync(module, ct);
            // This skips the check of foreign keys row by row.
            await ExecuteAsync(connection, "SET session_replication_role = replica", ct);
            foreach (var statement in statements)
                await ExecuteAsync(connection, statement.Replace("$1", $"{orders}::bigint", StringComparison.Ordinal), ct);
            await ExecuteAsync(connection, "VACUUM (ANALYZE)", ct);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{module}: {orders:N0} orders"));
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Constants of this class, with a number.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}
