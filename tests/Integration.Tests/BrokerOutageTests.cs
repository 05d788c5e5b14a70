using Integration.Tests.Fixture;

namespace Integration.Tests;

[Collection<OutageCollection>]
public sealed class BrokerOutageTests(StoppableSystem shared) : SystemTest, IClassFixture<StoppableSystem>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Message_that_waits_in_a_queue_survives_a_restart_of_the_broker()
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        var accepting = await _system.StartAsync("Order");
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");
        await Eventually.Get("the waiting message", () => _system.Broker.WaitingAsync("order-created-queue"), count => count == 1);
        await Eventually.Get("an empty outbox", () => _system.Orders.CountAsync("outbox_messages"), count => count == 0);
        await accepting.StopAsync();

        await shared.Servers.RestartBrokerAsync();

        await Eventually.Get("the message to be there", () => _system.Broker.WaitingAsync("order-created-queue"), count => count == 1);
        await using var all = await _system.StartAsync();
        (await _system.EndOfAsync(id)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        await all.StopAsync();
    }

    [Fact]
    public async Task Order_is_accepted_while_the_broker_is_down_and_completes_when_it_is_back()
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        await using var host = await _system.StartAsync();
        long id;
        await shared.Servers.StopBrokerAsync();
        try
        {
            id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");

            await Eventually.Get("/health/ready to be 503", () => host.HealthAsync("ready"), status => status == 503);
            (await ReadyBodyAsync(host)).ShouldContain("RabbitMQ");
            (await host.HealthAsync("live")).ShouldBe(200);
            (await _system.GetAsync("Order", $"/api/orders/{id}")).GetProperty("status").GetString().ShouldBe("PENDING");
        }
        finally
        {
            await shared.Servers.StartBrokerAsync();
        }

        (await _system.EndOfAsync(id)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        await host.WaitUntilReadyAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task Host_started_without_a_broker_is_alive_and_becomes_ready_with_it()
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        HostProcess host;
        await shared.Servers.StopBrokerAsync();
        try
        {
            host = _system.Launch();

            await Eventually.Get("/health/live to be 200", () => host.HealthAsync("live"), status => status == 200);
            await Eventually.Get(
                "/health/ready to name the broker", () => ReadyBodyAsync(host),
                body => body.Contains("RabbitMQ", StringComparison.Ordinal));
            (await host.HealthAsync("ready")).ShouldBe(503);
        }
        finally
        {
            await shared.Servers.StartBrokerAsync();
        }

        await host.WaitUntilReadyAsync();
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");
        (await _system.EndOfAsync(id)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        await host.StopAsync();
    }

    private static async Task<string> ReadyBodyAsync(HostProcess host)
    {
        using var response = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return await response.Content.ReadAsStringAsync();
    }
}
