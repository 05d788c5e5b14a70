using Integration.Tests.Fixture;

namespace Integration.Tests.Outages;

/// <summary>The server of the databases is stopped or crashes; the processes are not restarted.</summary>
[Collection<OutageCollection>]
public sealed class StoppedDatabaseTests(StoppableSystem shared) : DatabaseOutageTest(shared), IClassFixture<StoppableSystem>
{
    [Fact]
    public async Task Order_is_refused_soon_while_its_database_is_down_and_is_processed_when_it_is_back()
    {
        shared.Servers.SkipUnlessDatabaseIsOurs();
        await using var host = await System.StartAsync();
        await System.StockUpAsync("DOWN", 100);
        var placed = new List<long>();
        for (var i = 0; i < 20; i++) placed.Add(await System.PlaceAsync("CUST-APPROVE", "DOWN"));
        await shared.Servers.StopPostgresAsync();
        try
        {
            var readiness = await Eventually.Get(
                "readiness to name the databases", host.ReadinessAsync, body => body.Contains("Order", StringComparison.Ordinal));
            foreach (var module in FulfillmentSystem.Modules) readiness.ShouldContain($"the database of {module}");
            (await host.HealthAsync("ready")).ShouldBe(503);
            (await host.HealthAsync("live")).ShouldBe(200);
            await ShouldBeRefusedSoonAsync(concurrent: 50);
        }
        finally
        {
            await shared.Servers.StartPostgresAsync();
        }

        await host.WaitUntilReadyAsync();
        placed.Add(await System.PlaceAsync("CUST-APPROVE", "DOWN"));
        await AllCompleteAsync(placed, "DOWN", stock: 100);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_survive_a_crash_of_the_database_under_load()
    {
        shared.Servers.SkipUnlessDatabaseIsOurs();
        await using var host = await System.StartAsync();
        await System.StockUpAsync("CRASH", 100_000);
        using var end = new CancellationTokenSource();
        var load = PlaceUntilAsync("CRASH", end.Token);
        await Eventually.Get("orders", () => System.Orders.CountAsync("orders"), count => count > 100);

        await shared.Servers.CrashPostgresAsync();

        await host.WaitUntilReadyAsync();
        // The test's own connections have broken as well.
        var before = await Eventually.Get("the number of orders", () => System.Orders.CountAsync("orders"), count => count > 0);
        await Eventually.Get("new orders", async () =>
        {
            if (load.IsFaulted) await load;
            return await System.Orders.CountAsync("orders");
        }, count => count > before + 100);
        await end.CancelAsync();
        await AllCompleteAsync(await load, "CRASH", stock: 100_000);
        (await host.StopAsync()).ShouldBe(0);
    }
}
