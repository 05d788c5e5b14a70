using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests;

/// <summary>Reads that find little among many rows, or that wait, leave the writers alone.</summary>
public sealed class BoundedReadTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Each_filter_of_a_list_is_served_by_an_index_and_not_by_reading_the_table()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await system.StartAsync(settings: ("Audit__Interval", "1.00:00:00"));
        await FillAsync(system);

        foreach (var (module, path, found) in new[]
        {
            ("Order", "/api/orders?status=CANCELLED", 1), ("Order", "/api/orders?productId=RARE", 1),
            ("Order", "/api/orders?productId=NONE", 0),
            ("Order", "/api/orders?productId=RARE&status=CANCELLED", 1), ("Order", "/api/orders?customerId=RARE&status=COMPLETED", 0),
            ("Inventory", "/api/inventory/reservations?status=EXPIRED", 1), ("Payment", "/api/payments?status=VOIDED", 1),
            ("Notification", "/api/notifications?channel=SMS", 1),
        })
        {
            var database = Audit.AuditApi.Database(system, module);
            var before = await TuplesReadAsync(database);
            (await system.GetAsync(module, path)).GetArrayLength().ShouldBe(found, path);
            // Statistics of a session are flushed when it has been idle for a second at most.
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            (await TuplesReadAsync(database) - before).ShouldBeLessThan(30_000, path);
        }
    }

    [Fact]
    public async Task Product_and_status_are_found_however_many_orders_with_the_product_are_newer()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await system.StartAsync();
        await FillAsync(system);

        var found = await FollowAsync(system, "Order", "/api/orders?productId=COMMON&status=CANCELLED");

        found.ShouldBe(["1"]);
    }

    [Fact]
    public async Task Search_of_stock_finds_a_product_behind_many_others_page_by_page()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await system.StartAsync("Inventory");
        await system.Inventory.ExecuteAsync("""
            INSERT INTO inventory_items (product_id, product_name, available_quantity, reserved_quantity, sold_quantity, received_quantity)
            SELECT 'A' || n, CASE n WHEN 99999 THEN 'Needle' ELSE 'Hay' END, 0, 0, 0, 0 FROM generate_series(50000, 99999) AS n
            """);

        (await FollowAsync(system, "Inventory", "/api/inventory/items?search=needle")).ShouldBe(["A99999"]);
    }

    [Fact]
    public async Task Readers_that_wait_are_told_so_in_seconds_and_orders_are_accepted_meanwhile()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var host = await system.StartAsync();
        await system.StockUpAsync("READ", 100);
        await using var locking = new NpgsqlConnection(system.Orders.ConnectionString);
        await locking.OpenAsync();
        await using var transaction = await locking.BeginTransactionAsync();
        // Stands for a query that takes for ever: dead letters are not on the way of an order.
        await using (var wait = new NpgsqlCommand("LOCK TABLE dead_letters IN ACCESS EXCLUSIVE MODE", locking))
            await wait.ExecuteNonQueryAsync();

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var readers = Enumerable.Range(0, 50)
            .Select(_ => system.Api("Order").GetAsync(new Uri("/api/orders/ops/dead-letters", UriKind.Relative))).ToArray();
        var order = await system.PlaceAsync("CUST-APPROVE-1", "READ");
        (await system.EndOfAsync(order)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        (await host.HealthAsync("ready")).ShouldBe(200, "a replica whose reads are slow takes orders");

        foreach (var answer in await Task.WhenAll(readers))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Dispose();
        }

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    private static async Task FillAsync(FulfillmentSystem system)
    {
        await system.Orders.ExecuteAsync("""
            INSERT INTO orders (order_id, customer_id, total_amount, status)
            SELECT n, CASE n WHEN 1 THEN 'RARE' ELSE 'COMMON' END, 1,
                (CASE n WHEN 1 THEN 'CANCELLED' ELSE 'COMPLETED' END)::order_status
            FROM generate_series(1, 50000) AS n;
            INSERT INTO order_items (order_id, product_id, product_name, quantity, price)
            SELECT n, 'COMMON', 'N', 1, 1 FROM generate_series(1, 50000) AS n;
            INSERT INTO order_items (order_id, product_id, product_name, quantity, price) VALUES (1, 'RARE', 'N', 1, 1);
            """);
        await system.Inventory.ExecuteAsync("""
            INSERT INTO reservations (order_id, customer_id, status, product_ids, quantities, event_id, created_at, updated_at)
            SELECT n, 'C', (CASE n WHEN 1 THEN 'EXPIRED' ELSE 'RELEASED' END)::reservation_status, '{}', '{}', gen_random_uuid(),
                now(), now()
            FROM generate_series(1, 50000) AS n
            """);
        await system.Payments.ExecuteAsync("""
            INSERT INTO payments (order_id, customer_id, amount, status, payment_method, refunded_amount, created_at)
            SELECT n, 'C', 1, (CASE n WHEN 1 THEN 'VOIDED' ELSE 'FAILED' END)::payment_status, 'CARD', 0, now()
            FROM generate_series(1, 50000) AS n
            """);
        await system.Notifications.ExecuteAsync("""
            INSERT INTO notification_logs (event_id, order_id, customer_id, channel, recipient, subject, message, sent_at)
            SELECT gen_random_uuid(), n, 'C', (CASE n WHEN 1 THEN 'SMS' ELSE 'EMAIL' END)::notification_channel, 'R', 'S', 'M', now()
            FROM generate_series(1, 50000) AS n
            """);
        foreach (var module in FulfillmentSystem.Modules) await Audit.AuditApi.Database(system, module).ExecuteAsync("ANALYZE");
    }

    private static Task<long> TuplesReadAsync(Database database) => database.ScalarAsync<long>("""
        SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_user_tables
        WHERE relname IN ('orders', 'order_items', 'reservations', 'payments', 'notification_logs')
        """);

    private static async Task<string[]> FollowAsync(FulfillmentSystem system, string module, string path)
    {
        var ids = new List<string>();
        for (var next = path; next is not null;)
        {
            using var answer = await system.Api(module).GetAsync(new Uri(next, UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, next);
            var rows = await answer.Content.ReadFromJsonAsync<JsonElement>();
            ids.AddRange(rows.EnumerateArray()
                .Select(row => (row.TryGetProperty("orderId", out var order) ? order : row.GetProperty("productId")).ToString()));
            next = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        return [.. ids];
    }
}
