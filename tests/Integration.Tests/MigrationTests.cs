using Integration.Tests.Fixture;

namespace Integration.Tests;

public sealed class MigrationTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Migrate_creates_the_tables_that_a_waiting_host_needs_and_changes_nothing_the_second_time()
    {
        await using var system = await FulfillmentSystem.CreateEmptyAsync(servers);
        var production = system.Settings(null, ("ASPNETCORE_ENVIRONMENT", "Production"));
        var host = system.Launch(null, ("ASPNETCORE_ENVIRONMENT", "Production"));
        await Eventually.True("/health/ready to ask for the migration", async () =>
        {
            using var ready = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return (int)ready.StatusCode == 503 && (await ready.Content.ReadAsStringAsync()).Contains("migrate", StringComparison.Ordinal);
        });
        (await system.Orders.TablesAsync()).ShouldNotContain("orders");

        var (exitCode, output) = await FulfillmentSystem.RunAsync(production, "migrate");

        exitCode.ShouldBe(0, output);
        (await system.Orders.TablesAsync()).ShouldBe(
            [
                "__EFMigrationsHistory", "dead_letter_replays", "dead_letters", "idempotency_keys", "order_count_late",
                "order_count_progress", "order_counts",
                "order_history", "order_history_start", "order_items", "orders", "outbox_messages", "retention_progress",
            ],
            ignoreOrder: true);
        (await system.Inventory.TablesAsync()).ShouldContain("inventory_items");
        (await system.Payments.TablesAsync()).ShouldContain("payments");
        (await system.Notifications.TablesAsync()).ShouldContain("notification_logs");
        await host.WaitUntilReadyAsync();

        var before = await system.Inventory.DumpAsync();
        (exitCode, output) = await FulfillmentSystem.RunAsync(production, "migrate");
        exitCode.ShouldBe(0, output);
        (await system.Inventory.DumpAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Two_hosts_that_start_together_on_empty_databases_create_the_sample_products_once()
    {
        await using var system = await FulfillmentSystem.CreateEmptyAsync(servers);

        await Task.WhenAll(system.StartAsync(), system.StartAsync());

        (await system.Inventory.ListAsync<string>(
            "SELECT product_id || ' ' || available_quantity FROM inventory_items ORDER BY product_id"))
            .ShouldBe(["PROD-001 10", "PROD-002 50", "PROD-003 30"]);
    }
}
