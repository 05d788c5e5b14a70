using Fulfillment.Inventory;
using Fulfillment.Notification;
using Fulfillment.Order;
using Fulfillment.Payment;
using Fulfillment.Persistence;
using Integration.Tests.Audit;
using Integration.Tests.Fixture;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Integration.Tests;

/// <summary>Databases of the version before, in which each state was a number.</summary>
public sealed class EnumMigrationTests(Servers servers) : SystemTest
{
    private const string Before = "Retention";

    /// <summary>One row per state. Its number stands in another column, too.</summary>
    private static readonly Dictionary<string, string> Rows = new()
    {
        ["Order"] = """
            INSERT INTO orders (order_id, customer_id, total_amount, status)
            SELECT n, 'C', 1, n FROM unnest('{0,1,10,11,12}'::smallint[]) AS n;
            INSERT INTO order_history (order_id, event_id, event_type, source, occurred_at, recorded_at, status)
            SELECT order_id, gen_random_uuid(), 'E', 'S', now(), now(), status FROM orders;
            UPDATE order_counts SET orders = status;
            """,
        ["Inventory"] = """
            INSERT INTO reservations (order_id, customer_id, status, product_ids, quantities, event_id, created_at, updated_at)
            SELECT n, 'C', n, '{}', '{}', gen_random_uuid(), now(), now() FROM generate_series(1, 5) AS n;
            INSERT INTO import_jobs (file_key, file_name, size_bytes, sha256, state, key, duplicates, mode, dry_run, delimiter, header,
                total_rows)
            SELECT n, '', n, '', n, least(n, 3), least(n, 3), least(n, 3), false, 44, '{}', 0 FROM generate_series(1, 5) AS n;
            INSERT INTO import_errors (import_id, row, code, message, record)
            SELECT (SELECT min(id) FROM import_jobs), n, n, 'M', '' FROM generate_series(0, 13) AS n;
            """,
        ["Payment"] = """
            INSERT INTO payments (id, order_id, customer_id, amount, status, payment_method, refunded_amount, created_at)
            SELECT n, n, 'C', 1, n, 'CARD', 0, now() FROM generate_series(0, 4) AS n;
            INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
            SELECT id, 'TXN', 'CHARGE', status, 1, 'M', now() FROM payments;
            """,
        ["Notification"] = """
            INSERT INTO notification_logs (event_id, order_id, customer_id, channel, recipient, subject, message, sent_at)
            SELECT gen_random_uuid(), n, 'C', n, 'R', 'S', 'M', now() FROM generate_series(1, 2) AS n;
            """,
    };

    private const string DeadLetters = """
        INSERT INTO dead_letters (
            dedupe_key, queue, event_type, exchange, routing_key, body, body_bytes, headers, exception_type, exception_message, attempts,
            failed_at, status)
        SELECT decode(md5(n::text), 'hex'), 'Q', 'E', '', '', '', n, '{}', 'X', 'X', 1, now(), n FROM generate_series(0, 2) AS n;
        """;

    private const string OrderStates = "0 PENDING, 1 CONFIRMED, 10 COMPLETED, 11 FAILED, 12 CANCELLED";
    private const string PaymentStates = "0 PENDING, 1 COMPLETED, 2 FAILED, 3 VOIDED, 4 REFUNDED";

    /// <summary>A column, the column with its number, and the labels.</summary>
    private static readonly (string Module, string Table, string Column, string Number, string Labels)[] Columns =
    [
        ("Order", "orders", "status", "order_id", OrderStates),
        ("Order", "order_history", "status", "order_id", OrderStates),
        ("Order", "order_counts", "status", "orders", OrderStates),
        ("Inventory", "reservations", "status", "order_id", "1 ACTIVE, 2 COMMITTED, 3 RELEASED, 4 EXPIRED, 5 REJECTED"),
        ("Inventory", "import_jobs", "state", "size_bytes", "1 RUNNING, 2 PAUSED, 3 COMPLETED, 4 FAILED, 5 CANCELLED"),
        ("Inventory", "import_jobs", "key", "size_bytes", "1 INTERNAL_ID, 2 EAN, 3 INDEX, 4 INDEX, 5 INDEX"),
        ("Inventory", "import_jobs", "duplicates", "size_bytes", "1 LAST, 2 FIRST, 3 ERROR, 4 ERROR, 5 ERROR"),
        ("Inventory", "import_jobs", "mode", "size_bytes", "1 UPSERT, 2 INSERT_ONLY, 3 STOCK_ONLY, 4 STOCK_ONLY, 5 STOCK_ONLY"),
        (
            "Inventory", "import_errors", "code", "row",
            "0 MISSING_COLUMN, 1 TOO_MANY_VALUES, 2 MISSING_VALUE, 3 INVALID_PRICE, 4 INVALID_STOCK, 5 NEGATIVE_STOCK, 6 DUPLICATE_KEY, "
            + "7 TOO_LONG, 8 BAD_QUOTING, 9 BAD_ENCODING, 10 STOCK_BELOW_RESERVED, 11 UNKNOWN_PRODUCT, 12 STOCK_TOO_LARGE, 13 INVALID_KEY"),
        ("Payment", "payments", "status", "order_id", PaymentStates),
        ("Payment", "payment_transactions", "status", "payment_id", PaymentStates),
        ("Notification", "notification_logs", "channel", "order_id", "1 EMAIL, 2 SMS"),
        .. FulfillmentSystem.Modules.Select(module => (module, "dead_letters", "status", "body_bytes", "0 OPEN, 1 QUEUED, 2 REPLAYED")),
    ];

    [Fact]
    public async Task Each_number_becomes_its_label_and_the_number_again_on_the_way_back()
    {
        await using var system = await FulfillmentSystem.CreateEmptyAsync(servers);
        await MigrateAsync(system, Before);
        foreach (var module in FulfillmentSystem.Modules)
            await AuditApi.Database(system, module).ExecuteAsync(Rows[module] + DeadLetters);
        var before = await StatesAsync(system);

        var (exitCode, output) = await FulfillmentSystem.RunAsync(
            system.Settings(null, ("ASPNETCORE_ENVIRONMENT", "Production")), "migrate");

        exitCode.ShouldBe(0, output);
        (await StatesAsync(system)).ShouldBe(Columns.Select(column => $"{column.Module} {column.Table} {column.Column}: {column.Labels}"));

        await MigrateAsync(system, Before);
        (await StatesAsync(system)).ShouldBe(before);
    }

    private static async Task<List<string>> StatesAsync(FulfillmentSystem system)
    {
        var states = new List<string>();
        foreach (var (module, table, column, number, _) in Columns)
        {
            var found = await AuditApi.Database(system, module)
                .ListAsync<string>($"SELECT {number} || ' ' || {column} FROM {table} ORDER BY {number}");
            states.Add($"{module} {table} {column}: {string.Join(", ", found)}");
        }

        return states;
    }

    private static async Task MigrateAsync(FulfillmentSystem system, string target)
    {
        await MigrateAsync<OrderDbContext>(system, "Order", target);
        await MigrateAsync<InventoryDbContext>(system, "Inventory", target);
        await MigrateAsync<PaymentDbContext>(system, "Payment", target);
        await MigrateAsync<NotificationDbContext>(system, "Notification", target);
    }

    private static async Task MigrateAsync<TContext>(FulfillmentSystem system, string module, string target)
        where TContext : DbContext
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration[$"ConnectionStrings:{module}"] = AuditApi.Database(system, module).ConnectionString;
        builder.AddModuleDatabase<TContext>(module);
        using var host = builder.Build();
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContextAsync();
        await db.GetService<IMigrator>().MigrateAsync(target);
    }
}
