using Integration.Tests.Audit;
using Integration.Tests.Fixture;

namespace Integration.Tests.Operations;

/// <summary>Orders that ended long ago are removed in all modules, and what is counted or summed up stays true.</summary>
public sealed class RetainedOrderTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const string Old = "interval '10 days'";
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Orders_that_ended_long_ago_are_removed_everywhere_and_counts_stock_and_audits_stay_true()
    {
        await using (var first = await _system.StartAsync())
        {
            await _system.StockUpAsync("KEPT", 100);
            for (var n = 0; n < 4; n++) await _system.PlaceAsync("CUST-APPROVE-OLD", "KEPT", quantity: 2);
            await _system.PlaceAsync("CUST-DECLINE-OLD", "KEPT");
            await _system.PlaceAsync("CUST-APPROVE-OLD", "UNKNOWN");
            await _system.AllEndAsync();
            await _system.StockBecomesAsync("KEPT", available: 92, reserved: 0, sold: 8);
            await Eventually.Get(
                "the last notification", () => _system.Notifications.CountAsync("notification_logs"), count => count == 4 * 2 + 2);
            await AgeAsync();
            await Eventually.Get(
                "old orders to be counted", () => _system.Orders.ScalarAsync<long>("SELECT counted_to FROM order_count_progress"),
                counted => counted >= 6);
            for (var n = 0; n < 3; n++) await _system.PlaceAsync("CUST-APPROVE-NEW", "KEPT");
            await _system.AllEndAsync();
            await _system.StockBecomesAsync("KEPT", available: 89, reserved: 0, sold: 11);
            await first.StopAsync();
        }

        await using var host = await _system.StartAsync(settings: ("Retention__Orders", "7.00:00:00"));

        foreach (var (database, table, rows) in new[]
        {
            (_system.Orders, "orders", 3), (_system.Orders, "order_items", 3), (_system.Orders, "order_history", 4 * 3),
            (_system.Payments, "payments", 3),
            (_system.Payments, "payment_transactions", 3), (_system.Inventory, "reservations", 3),
            (_system.Notifications, "notification_logs", 3 * 2),
        })
        {
            await Eventually.Get($"{table} to lose what is old", () => database.CountAsync(table), count => count == rows);
        }

        var stats = await _system.GetAsync("Order", "/api/orders/stats");
        stats.GetProperty("byStatus").GetProperty("COMPLETED").GetInt64().ShouldBe(7);
        stats.GetProperty("byStatus").GetProperty("FAILED").GetInt64().ShouldBe(2);
        foreach (var module in FulfillmentSystem.Modules)
            (await AuditApi.ReportAsync(_system, module)).GetProperty("ok").GetBoolean().ShouldBeTrue(module);
        string[] addresses =
        [
            .. FulfillmentSystem.Modules.SelectMany(module => new[] { Option(module), _system.Api(module).BaseAddress!.ToString() }),
        ];
        var (code, audit) = await CliProgram.RunAsync(["audit", .. addresses]);
        code.ShouldBe(0, audit);
        (await _system.Inventory.ScalarAsync<long>("SELECT quantity FROM removed_sales WHERE product_id = 'KEPT'")).ShouldBe(8);
        (await host.StopAsync()).ShouldBe(0);
    }

    private static string Option(string module) => module == "Inventory" ? "--inventory" : $"--{module.ToLowerInvariant()}s";

    private async Task AgeAsync()
    {
        await _system.Orders.ExecuteAsync($"UPDATE orders SET created_at = created_at - {Old}, updated_at = updated_at - {Old}");
        await _system.Orders.ExecuteAsync(
            "UPDATE order_count_progress SET next_at = now() - interval '1 hour', next_to = (SELECT max(order_id) FROM orders)");
        await _system.Payments.ExecuteAsync($"UPDATE payments SET updated_at = updated_at - {Old}");
        await _system.Inventory.ExecuteAsync($"UPDATE reservations SET updated_at = updated_at - {Old}");
        await _system.Notifications.ExecuteAsync($"UPDATE notification_logs SET sent_at = sent_at - {Old}");
    }
}
