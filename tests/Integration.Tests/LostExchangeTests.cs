using Integration.Tests.Fixture;

namespace Integration.Tests;

public sealed class LostExchangeTests(OneProcess shared) : SystemTest, IClassFixture<OneProcess>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Event_that_cannot_be_published_keeps_its_cause_in_the_queue_until_the_exchange_is_there_again()
    {
        await using var channel = await _system.Broker.OpenAsync();
        await channel.ExchangeDeleteAsync("inventory.events");

        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");

        await Eventually.Get(
            "the reservation", () => _system.Inventory.ScalarAsync<long>("SELECT count(*) FROM reservations WHERE order_id = $1", id),
            count => count == 1);
        (await _system.EndOfAsync(id)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        await _system.StockBecomesAsync("PROD-002", available: 49, reserved: 0, sold: 1);
        await Eventually.Get("no unacknowledged message", UnacknowledgedAsync, count => count == 0);
        (await _system.Inventory.CountAsync("dead_letters")).ShouldBe(0);
    }

    [Fact]
    public async Task Orders_that_are_placed_while_the_broker_loses_all_definitions_reach_their_end()
    {
        await _system.StockUpAsync("EMPTY-BROKER", 1_000);
        await _system.Broker.DrainedAsync();
        var placed = new List<long>();

        await _system.Broker.LoseDefinitionsAsync(async () =>
        {
            for (var i = 0; i < 50; i++) placed.Add(await _system.PlaceAsync("CUST-APPROVE", "EMPTY-BROKER"));
        });
        // As far as another process may have come with its declarations when this one publishes.
        await using var channel = await _system.Broker.OpenAsync();
        await channel.ExchangeDeclareAsync(
            "order.events", "topic", durable: true, autoDelete: false,
            arguments: new Dictionary<string, object?> { ["alternate-exchange"] = "unrouted.events" });

        await _system.AllEndAsync();
        await _system.StockBecomesAsync("EMPTY-BROKER", available: 950, reserved: 0, sold: 50);
        await Eventually.Get("every customer to be told of the end", () => _system.Notifications.ScalarAsync<long>(
            "SELECT count(DISTINCT order_id) FROM notification_logs WHERE order_id = ANY($1)", placed.ToArray()),
            count => count == placed.Count);
    }

    private async Task<int> UnacknowledgedAsync() =>
        (await _system.Broker.ReadAsync("queues/{vhost}/order-created-queue")).GetProperty("messages_unacknowledged").GetInt32();
}
