using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Live;

/// <summary>Counts of orders that have ended are kept in the database.</summary>
public sealed class KeptCountTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task A_process_that_starts_knows_the_counts_without_looking_at_the_orders_again()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        HostProcess[] replicas = [await system.StartAsync("Order"), await system.StartAsync("Order")];
        await InsertAsync(system, 1, 1000);
        await LetTimePassAsync(system, to: 1000);
        // A process that looked at counted orders again would find them changed.
        await system.Orders.ExecuteAsync("UPDATE orders SET status = 'FAILED' WHERE order_id BETWEEN 1 AND 100");
        await Eventually.Get(
            "the stuck order to be the only late one", () => system.Orders.ListAsync<long>("SELECT order_id FROM order_count_late"),
            late => late is [500]);

        foreach (var replica in replicas) await replica.KillAsync();
        await system.StartAsync("Order");

        await BecomesAsync(system, completed: 900, failed: 99, confirmed: 1);

        await system.Orders.ExecuteAsync(
            "UPDATE orders SET status = 'COMPLETED', updated_at = now() - interval '1 hour' WHERE order_id = 500");
        await BecomesAsync(system, completed: 901, failed: 99, confirmed: 0);
        await Eventually.True("the late order to be counted", async () => await system.Orders.CountAsync("order_count_late") == 0);
        await BecomesAsync(system, completed: 901, failed: 99, confirmed: 0);

        await InsertAsync(system, 1001, 2000);
        await BecomesAsync(system, completed: 1801, failed: 199, confirmed: 0);
        await LetTimePassAsync(system, to: 2000);
        await BecomesAsync(system, completed: 1801, failed: 199, confirmed: 0);
    }

    private static Task InsertAsync(FulfillmentSystem system, long from, long to) => system.Orders.ExecuteAsync(Insert(from, to));

    private static string Insert(long from, long to) => $"""
        INSERT INTO orders (order_id, customer_id, total_amount, status, created_at, updated_at)
        SELECT id, 'C', 1, (CASE WHEN id = 500 THEN 'CONFIRMED' WHEN id % 10 = 0 THEN 'FAILED' ELSE 'COMPLETED' END)::order_status,
            now() - interval '1 hour', now() - interval '1 hour'
        FROM generate_series({from}, {to}) AS id
        """;

    private static Task LetTimePassAsync(FulfillmentSystem system, long to) =>
        Eventually.True($"the orders up to {to} to be counted", async () =>
        {
            await system.Orders.ExecuteAsync("UPDATE order_count_progress SET next_at = now() - interval '1 hour'");
            return await system.Orders.ScalarAsync<long>("SELECT counted_to FROM order_count_progress") == to;
        });

    private static Task<JsonElement> BecomesAsync(FulfillmentSystem system, long completed, long failed, long confirmed) =>
        Eventually.Get(
            $"the statistics to say {completed}, {failed} and {confirmed}", () => system.GetAsync("Order", "/api/orders/stats"),
            stats => (Of(stats, "COMPLETED"), Of(stats, "FAILED"), Of(stats, "CONFIRMED"), stats.GetProperty("complete").GetBoolean())
                == (completed, failed, confirmed, true));

    private static long Of(JsonElement stats, string status) => stats.GetProperty("byStatus").GetProperty(status).GetInt64();
}
