using System.Diagnostics;
using Integration.Tests.Fixture;
using Npgsql;
using RabbitMQ.Client;

namespace Integration.Tests.Outages;

/// <summary>The broker ends connections, takes no messages, or dies; the processes are not restarted.</summary>
[Collection<OutageCollection>]
public sealed class LostConnectionTests(StoppableSystem shared) : SystemTest, IClassFixture<StoppableSystem>
{
    private static readonly TimeSpan AFewSeconds = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongerThanADrain = TimeSpan.FromSeconds(8);
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Connections_that_the_broker_closes_again_and_again_are_replaced()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("CLOSED", 100_000);
        using var end = new CancellationTokenSource();
        var load = PlaceUntilAsync("CLOSED", end.Token);
        await Eventually.Get("orders", () => _system.Orders.CountAsync("orders"), count => count > 100);

        for (var round = 0; round < 3; round++)
        {
            // The management API lists a new connection after some seconds.
            await Eventually.Get("both connections to be closed", () => _system.Broker.CloseConnectionsAsync(), count => count >= 2);
        }

        await end.CancelAsync();
        await AllCompleteAsync(await load, "CLOSED");
        await host.WaitUntilReadyAsync();
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Orders_are_accepted_while_the_broker_takes_no_messages_and_complete_when_it_does()
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("ALARM", 1_000);
        List<long> placed = [await _system.PlaceAsync("CUST-APPROVE", "ALARM")];
        await shared.Servers.FillBrokerAsync();
        try
        {
            for (var i = 0; i < 20; i++) placed.Add(await PlaceSoonAsync("ALARM"));
            await Eventually.Get(
                "readiness to name the alarm", host.ReadinessAsync, body => body.Contains("takes no messages", StringComparison.Ordinal));
            for (var i = 0; i < 20; i++) placed.Add(await PlaceSoonAsync("ALARM"));
        }
        finally
        {
            await shared.Servers.RelieveBrokerAsync();
        }

        await AllCompleteAsync(placed, "ALARM");
        await host.WaitUntilReadyAsync();
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Orders_under_load_survive_restarts_of_the_broker()
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("RESTART", 100_000);
        using var end = new CancellationTokenSource();
        var load = PlaceUntilAsync("RESTART", end.Token);
        await Eventually.Get("orders", () => _system.Orders.CountAsync("orders"), count => count > 100);

        for (var round = 0; round < 2; round++) await shared.Servers.RestartBrokerAsync();

        await end.CancelAsync();
        await AllCompleteAsync(await load, "RESTART");
        await host.WaitUntilReadyAsync();
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Listener_that_lost_its_queue_while_it_handled_a_message_does_not_come_back_twice_with_its_connection()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("HELD", 100);
        await using var blocker = new NpgsqlConnection(_system.Inventory.ConnectionString);
        await blocker.OpenAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("SELECT FROM inventory_items WHERE product_id = 'HELD' FOR UPDATE", blocker))
            await hold.ExecuteNonQueryAsync();
        List<long> placed = [await _system.PlaceAsync("CUST-APPROVE", "HELD")];
        await Eventually.Get(
            "the handler to wait for the row", () => _system.Inventory.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"),
            count => count == 1);

        await using (var channel = await _system.Broker.OpenAsync()) await channel.QueueDeleteAsync("order-created-queue");
        await Eventually.Get(
            "readiness to miss the listener", host.ReadinessAsync,
            body => body.Contains("does not listen to order-created-queue", StringComparison.Ordinal));
        await Eventually.True("the listener to be started again", () =>
            host.Output.Contains("order-created-queue has no listener although", StringComparison.Ordinal));
        await Task.Delay(LongerThanADrain, TestContext.Current.CancellationToken);
        await transaction.RollbackAsync();
        await host.WaitUntilReadyAsync();
        await Eventually.Get("both connections to be closed", () => _system.Broker.CloseConnectionsAsync(), count => count >= 2);

        // A second listener would take half of the messages, and handle none.
        for (var i = 0; i < 20; i++) placed.Add(await PlaceSoonAsync("HELD"));
        await AllCompleteAsync(placed, "HELD");
        (await host.StopAsync()).ShouldBe(0);
    }

    private async Task<long> PlaceSoonAsync(string product)
    {
        var clock = Stopwatch.StartNew();
        var id = await _system.PlaceAsync("CUST-APPROVE", product);
        clock.Elapsed.ShouldBeLessThan(AFewSeconds);
        return id;
    }

    // The broker has no part in accepting an order.
    private async Task<List<long>> PlaceUntilAsync(string product, CancellationToken end)
    {
        var placed = new List<long>();
        while (!end.IsCancellationRequested) placed.Add(await PlaceSoonAsync(product));
        return placed;
    }

    private async Task AllCompleteAsync(List<long> placed, string product)
    {
        await _system.AllEndAsync();
        (await _system.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders WHERE order_id = ANY($1) AND status = 'COMPLETED'", placed.ToArray()))
            .ShouldBe(placed.Count);
        var (_, reserved, sold) = await Eventually.Get(
            "the stock to be committed", () => _system.StockAsync(product), stock => stock.Reserved == 0);
        (reserved, sold).ShouldBe((0, placed.Count));
        await Eventually.Get("the notifications", () => _system.Notifications.ScalarAsync<long>(
            "SELECT count(*) FROM notification_logs WHERE order_id = ANY($1)", placed.ToArray()), count => count == 2 * placed.Count);
        await _system.Broker.ShouldHaveNoDeadLettersAsync();
        await _system.Broker.ShouldHaveOneConsumerPerQueueAsync();
    }
}
