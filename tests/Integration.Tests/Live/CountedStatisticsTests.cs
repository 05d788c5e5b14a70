using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Live;

/// <summary>Statistics look at most orders once only, and count them nevertheless.</summary>
public sealed class CountedStatisticsTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Old_orders_are_counted_once_late_ones_until_they_end()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await system.StartAsync("Order");
        // Of a thousand old orders, one is open still; one of today has just been placed.
        await system.Orders.ExecuteAsync("""
            INSERT INTO orders (order_id, customer_id, total_amount, status, created_at, updated_at)
            SELECT id, 'C', 1, (CASE WHEN id = 500 THEN 'CONFIRMED' WHEN id % 10 = 0 THEN 'FAILED' ELSE 'COMPLETED' END)::order_status,
                now() - interval '1 hour', now() - interval '1 hour'
            FROM generate_series(1, 1000) AS id
            """);
        await system.Orders.ExecuteAsync(
            "INSERT INTO orders (order_id, customer_id, total_amount, status) VALUES (1001, 'C', 1, 'PENDING')");

        await BecomesAsync(
            system, (Pending: 1, Confirmed: 1, Completed: 900, Failed: 99),
            stats => stats.GetProperty("oldestOpenSeconds").GetDouble() > 3_000);
        await BecomesAsync(
            system, (Pending: 1, Confirmed: 1, Completed: 900, Failed: 99),
            stats => stats.GetProperty("durationMs").ValueKind == JsonValueKind.Null);

        await system.Orders.ExecuteAsync("UPDATE orders SET status = 'COMPLETED', updated_at = now() WHERE order_id IN (500, 1001)");
        await BecomesAsync(system, (Pending: 0, Confirmed: 0, Completed: 902, Failed: 99), stats =>
            stats.GetProperty("oldestOpenSeconds").ValueKind == JsonValueKind.Null
                && stats.GetProperty("lastMinute").GetProperty("completed").GetInt64() == 2);

        await system.Orders.ExecuteAsync(
            "UPDATE orders SET created_at = now() - interval '1 hour', updated_at = now() - interval '1 hour' WHERE order_id = 1001");
        await BecomesAsync(
            system, (Pending: 0, Confirmed: 0, Completed: 902, Failed: 99),
            stats => stats.GetProperty("lastMinute").GetProperty("completed").GetInt64() == 1);
    }

    private static Task<JsonElement> BecomesAsync(
        FulfillmentSystem system, (long Pending, long Confirmed, long Completed, long Failed) counts, Func<JsonElement, bool> and) =>
        Eventually.Get($"the statistics to say {counts}", () => system.GetAsync("Order", "/api/orders/stats"), stats =>
            (Of(stats, "PENDING"), Of(stats, "CONFIRMED"), Of(stats, "COMPLETED"), Of(stats, "FAILED")) == counts && and(stats));

    private static long Of(JsonElement stats, string status) => stats.GetProperty("byStatus").GetProperty(status).GetInt64();
}
