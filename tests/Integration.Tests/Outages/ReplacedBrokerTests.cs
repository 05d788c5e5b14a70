using Integration.Tests.Fixture;
using Integration.Tests.Operations;
using RabbitMQ.Client;

namespace Integration.Tests.Outages;

/// <summary>The broker comes back without its definitions: its disk was lost, or its address leads to another broker.</summary>
public sealed class ReplacedBrokerTests(Servers servers) : SystemTest
{
    private const int Orders = 200;

    [Fact]
    public async Task Orders_of_an_outage_all_end_when_the_broker_comes_back_empty_and_is_declared_slowly()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await using var all = await system.StartAsync();
        await using var second = await system.StartAsync("Order");
        await system.StockUpAsync("REPLACED", Orders);

        await system.Broker.DeleteAsync();
        await Eventually.Get("the broker to be missed", () => second.HealthAsync("ready"), status => status == 503);
        var placed = new List<long>();
        for (var i = 0; i < Orders; i++) placed.Add(await system.PlaceAsync("CUST-APPROVE", "REPLACED"));
        await system.Broker.CreateAsync();
        // The beginning of a declaration that takes its time.
        await using (var channel = await system.Broker.OpenAsync())
        {
            await channel.ExchangeDeclareAsync("unrouted.events", ExchangeType.Fanout, durable: true);
            foreach (var exchange in new[] { "order.events", "inventory.events", "payment.events" })
                await channel.ExchangeDeclareAsync(
                    exchange, ExchangeType.Topic, durable: true,
                    arguments: new Dictionary<string, object?> { ["alternate-exchange"] = "unrouted.events" });
        }

        foreach (var id in placed) (await system.EndOfAsync(id)).Text("status").ShouldBe("COMPLETED");
        await system.StockBecomesAsync("REPLACED", available: 0, reserved: 0, sold: Orders);
        (await system.Broker.WaitingAsync("unrouted-queue")).ShouldBe(0u);
        await system.StopAllAsync();
    }

    [Fact]
    public async Task Event_waits_in_the_database_while_its_queue_is_missing_and_the_process_may_not_declare()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        (await FulfillmentSystem.RunAsync(system.Settings(), "migrate")).ExitCode.ShouldBe(0);
        await using var host = await system.StartAsync("Order", ("RabbitMq__DeclareTopology", "false"));
        await using var channel = await system.Broker.OpenAsync();
        await channel.QueueDeleteAsync("order-created-queue");
        await channel.QueueDeleteAsync("unrouted-queue");

        var id = await system.PlaceAsync("CUST-APPROVE", "PROD-002");
        await Eventually.Get(
            "the process to say what events wait for", () => Task.FromResult(host.Output),
            output => output.Contains("Events wait in the database", StringComparison.Ordinal));
        (await system.Orders.CountAsync("outbox_messages")).ShouldBe(1);

        (await FulfillmentSystem.RunAsync(system.Settings(), "migrate")).ExitCode.ShouldBe(0);
        await Eventually.Get("the event", () => system.Broker.WaitingAsync("order-created-queue"), count => count == 1);
        (await system.Broker.TakeAsync("order-created-queue")).ShouldHaveSingleItem().OrderId.ShouldBe(id);
        await host.StopAsync();
    }
}
