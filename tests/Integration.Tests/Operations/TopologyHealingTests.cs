using System.Text.Json;
using Integration.Tests.Fixture;
using RabbitMQ.Client;

namespace Integration.Tests.Operations;

/// <summary>An administrator deletes declared queues, bindings and exchanges while two processes of Inventory run.</summary>
public sealed class TopologyHealingTests(TwoInventories shared) : SystemTest, IClassFixture<TwoInventories>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Unchanged_topology_has_no_difference_except_foreign_queues()
    {
        await using var channel = await _system.Broker.OpenAsync();
        await channel.QueueDeclareAsync("queue-of-another-system", durable: true, exclusive: false, autoDelete: false);

        var report = await Eventually.Get("a complete topology", () => TopologyAsync(), found => found.GetProperty("ok").GetBoolean());

        var other = report.GetProperty("differences").EnumerateArray().ShouldHaveSingleItem();
        (other.Text("kind"), other.Text("name"), other.Text("severity")).ShouldBe(("queue", "queue-of-another-system", "INFO"));
        await channel.QueueDeleteAsync("queue-of-another-system");
    }

    [Theory]
    [InlineData("order-created-queue", "Inventory", 2)]
    [InlineData("inventory-reserved-queue", "Payment", 1)]
    [InlineData("payment-dead-letter-queue", null, 1)]
    public async Task Queue_that_was_deleted_is_there_again_and_every_process_listens_to_it_again(
        string queue, string? listener, int consumers)
    {
        await using var channel = await _system.Broker.OpenAsync();
        await Eventually.Get("the consumers", () => ConsumersAsync(queue), count => count == consumers);

        await channel.QueueDeleteAsync(queue);

        if (listener is not null)
        {
            await Eventually.Get(
                "/health/ready to miss the listener", () => ReadyAsync(listener),
                answer => answer.Body.Contains($"does not listen to {queue}", StringComparison.Ordinal));
            await Eventually.Get("/health/ready to be content", () => ReadyAsync(listener), answer => answer.Status == 200);
        }

        await Eventually.Get("a complete topology", () => TopologyAsync(), report => report.GetProperty("ok").GetBoolean());
        await Eventually.Get("the consumers of the new queue", () => ConsumersAsync(queue), count => count == consumers);
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");
        (await _system.EndOfAsync(id)).Text("status").ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task Binding_that_was_deleted_is_there_again_and_what_was_unroutable_meanwhile_is_published_again()
    {
        await using var channel = await _system.Broker.OpenAsync();

        await channel.QueueUnbindAsync("order-created-queue", "order.events", "order.created");
        var meanwhile = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");

        await Eventually.Get(
            "the binding to be missed", () => Task.FromResult(_system.Output),
            output => output.Contains("order.events -> order-created-queue", StringComparison.Ordinal));
        await Eventually.Get("a complete topology", () => TopologyAsync(), report => report.GetProperty("ok").GetBoolean());
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");
        (await _system.EndOfAsync(id)).Text("status").ShouldBe("COMPLETED");
        (await _system.EndOfAsync(meanwhile)).Text("status").ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task Exchange_of_another_type_makes_the_process_not_ready_until_it_is_gone()
    {
        await using var channel = await _system.Broker.OpenAsync();
        await Eventually.True("an exchange of another type", async () =>
        {
            await using var attempt = await _system.Broker.OpenAsync();
            await attempt.ExchangeDeleteAsync("payment.events");
            await attempt.ExchangeDeclareAsync("payment.events", ExchangeType.Direct, durable: true);
            return true;
        });

        var ready = await Eventually.Get(
            "/health/ready to name it", () => ReadyAsync(), answer => answer.Body.Contains("payment.events", StringComparison.Ordinal));
        ready.Status.ShouldBe(503);
        var report = await TopologyAsync();
        report.GetProperty("ok").GetBoolean().ShouldBeFalse();
        report.GetProperty("differences").EnumerateArray().ShouldContain(difference =>
            difference.Text("name") == "payment.events" && difference.Text("expected") == "type topic"
                && difference.Text("actual") == "type direct" && difference.Text("severity") == "ERROR");

        await channel.ExchangeDeleteAsync("payment.events");
        await Eventually.Get("/health/ready to be content", () => ReadyAsync(), answer => answer.Status == 200);
        await Eventually.Get("a complete topology", () => TopologyAsync(), found => found.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Message_that_no_queue_wants_can_be_looked_at_and_is_published_again_when_a_queue_wants_it()
    {
        await using var channel = await _system.Broker.OpenAsync();
        var properties = new BasicProperties { MessageId = "unrouted-1", Type = "UNROUTABLE", Persistent = true };
        for (var i = 0; i < 3; i++)
            await channel.BasicPublishAsync(
                "order.events", $"unroutable.{i}", false, properties, JsonSerializer.SerializeToUtf8Bytes(new { number = i }));

        var seen = await Eventually.Get(
            "the messages", () => _system.GetAsync("Order", "/api/orders/ops/unrouted"), list => list.GetArrayLength() == 3);
        seen.EnumerateArray().Select(message => (
            message.Text("exchange"), message.Text("routingKey"), message.Text("messageId"),
            message.GetProperty("body").GetProperty("content").Number("number")))
            .ShouldBe(
                [
                    ("order.events", "unroutable.0", "unrouted-1", 0), ("order.events", "unroutable.1", "unrouted-1", 1),
                    ("order.events", "unroutable.2", "unrouted-1", 2),
                ]);
        (await RepublishAsync()).ShouldBe((0, 3));
        (await _system.GetAsync("Payment", "/api/payments/ops/unrouted?limit=2")).GetArrayLength().ShouldBe(2);

        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, "order.events", "unroutable.1");
        (await RepublishAsync()).ShouldBe((1, 2));
        var taken = (await channel.BasicGetAsync(queue, autoAck: true)).ShouldNotBeNull();
        (taken.Exchange, taken.RoutingKey, taken.BasicProperties.MessageId, taken.BasicProperties.Type)
            .ShouldBe(("order.events", "unroutable.1", "unrouted-1", "UNROUTABLE"));
        JsonDocument.Parse(taken.Body).RootElement.Number("number").ShouldBe(1);

        await channel.QueueBindAsync(queue, "order.events", "unroutable.#");
        (await RepublishAsync()).ShouldBe((2, 0));
        (await RepublishAsync()).ShouldBe((0, 0));
        (await _system.GetAsync("Order", "/api/orders/ops/unrouted")).GetArrayLength().ShouldBe(0);
    }

    private async Task<(int Republished, int StillUnroutable)> RepublishAsync()
    {
        using var response = await _system.Api("Order").PostAsync(new Uri("/api/orders/ops/unrouted/republish", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return (answer.Number("republished"), answer.Number("stillUnroutable"));
    }

    private Task<JsonElement> TopologyAsync() => _system.GetAsync("Order", "/api/orders/ops/topology");

    private async Task<uint> ConsumersAsync(string queue)
    {
        await using var channel = await _system.Broker.OpenAsync(confirms: false);
        return await channel.ConsumerCountAsync(queue);
    }

    private async Task<(int Status, string Body)> ReadyAsync(string module = "Order")
    {
        using var response = await _system.Api(module).GetAsync(new Uri("/health/ready", UriKind.Relative));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

/// <summary>The same without the management API, of which a setting says nothing.</summary>
public sealed class TopologyByAmqpTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Queues_and_bindings_come_back_and_what_cannot_be_told_is_said()
    {
        await _system.StartAsync(null, ("RabbitMq__ManagementUri", ""));
        await using var channel = await _system.Broker.OpenAsync();
        var report = await _system.GetAsync("Order", "/api/orders/ops/topology");
        report.GetProperty("ok").GetBoolean().ShouldBeTrue();
        report.GetProperty("differences").EnumerateArray().ShouldHaveSingleItem().Text("actual").ShouldStartWith("unknown");

        await channel.QueueUnbindAsync("inventory-reserved-queue", "inventory.events", "inventory.reserved");
        await channel.QueueDeleteAsync("order-created-queue");
        await Eventually.Get(
            "the queue to be missed", () => Task.FromResult(_system.Output),
            output => output.Contains("order-created-queue has no listener", StringComparison.Ordinal));

        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");
        (await _system.EndOfAsync(id)).Text("status").ShouldBe("COMPLETED");
        await _system.StopAllAsync();
    }

    [Fact]
    public async Task Management_api_that_does_not_answer_is_reported_and_the_rest_is_checked()
    {
        await _system.StartAsync("Payment", ("RabbitMq__ManagementUri", $"http://user:password@127.0.0.1:{FreePort.Next()}"));

        var report = await _system.GetAsync("Payment", "/api/payments/ops/topology");

        report.GetProperty("ok").GetBoolean().ShouldBeTrue(report.ToString());
        report.GetProperty("differences").EnumerateArray().Select(difference => difference.Text("kind"))
            .ShouldBe(["management", "binding"]);
        await _system.StopAllAsync();
    }
}
