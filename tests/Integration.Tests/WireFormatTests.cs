using System.Text;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>What a program in any language can rely on that has nothing but a RabbitMQ client.</summary>
[Collection<OneProcessCollection>]
public sealed class WireFormatTests(OneProcess shared) : SystemTest
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Plain_JSON_without_any_property_starts_a_saga_whose_events_are_plain_JSON()
    {
        const long Order = 9_000_000_001;
        await _system.StockUpAsync("FOREIGN", 5);
        var recorder = await _system.Broker.RecordMessagesAsync(("payment.events", "#"));

        const string Items = """[{"productId":"FOREIGN","productName":"Thing","quantity":2,"price":10.50}]""";
        await _system.Broker.PublishBareAsync("order.events", "order.created", $$"""
            {"eventId":"{{Guid.NewGuid()}}","eventType":"ORDER_CREATED","timestamp":"2026-01-15T22:43:06","sourceService":"order-service",
             "orderId":{{Order}},"customerId":"CUST-APPROVE-9","items":{{Items}},
             "totalAmount":21.00}
            """);

        var completed = (await Eventually.Get(
            "PAYMENT_COMPLETED", () => Task.FromResult(recorder.Of("PAYMENT_COMPLETED", Order)), seen => seen.Count == 1))[0];
        completed.RoutingKey.ShouldBe("payment.completed");
        var body = completed.Json;
        Guid.TryParse(body.GetProperty("eventId").GetString(), out _).ShouldBeTrue();
        body.GetProperty("eventType").GetString().ShouldBe("PAYMENT_COMPLETED");
        body.GetProperty("timestamp").GetString()!.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$");
        body.GetProperty("sourceService").GetString().ShouldBe("payment-service");
        body.GetProperty("customerId").GetString().ShouldBe("CUST-APPROVE-9");
        body.GetProperty("amount").GetDecimal().ShouldBe(21.00m);
        body.GetProperty("paymentMethod").GetString().ShouldBe("CREDIT_CARD");
        var (payment, transaction) = (body.GetProperty("paymentId").GetInt64(), body.GetProperty("transactionId").GetString()!);
        (await _system.Payments.ScalarAsync<string>("SELECT transaction_id FROM payments WHERE id = $1 AND order_id = $2", payment, Order))
            .ShouldBe(transaction);
        await _system.StockBecomesAsync("FOREIGN", available: 3, reserved: 0, sold: 2);
    }

    [Fact]
    public async Task Messages_are_persistent_and_say_what_they_are()
    {
        await _system.StockUpAsync("WIRE", 5);
        var recorder = await _system.Broker.RecordMessagesAsync();

        var id = await _system.PlaceAsync("CUST-APPROVE-1", "WIRE");
        var messages = await Eventually.Get(
            "four messages", () => Task.FromResult(recorder.Messages.Where(message => message.OrderId == id).ToList()),
            seen => seen.Count == 4);

        messages.Select(message => message.Properties.Type)
            .ShouldBe(["ORDER_CREATED", "INVENTORY_RESERVED", "PAYMENT_COMPLETED", "INVENTORY_COMMITTED"]);
        messages.ShouldAllBe(message => message.Properties.Persistent);
        messages.ShouldAllBe(message => message.Properties.ContentType == "application/json");
        messages.ShouldAllBe(message => message.Id == message.Json.GetProperty("eventId").GetString());
        messages.ShouldAllBe(message => message.Properties.Type == message.Json.GetProperty("eventType").GetString());
    }

    [Fact]
    public async Task Each_event_names_its_cause_and_its_correlation()
    {
        await _system.StockUpAsync("CAUSE", 5);
        var recorder = await _system.Broker.RecordMessagesAsync();

        var id = await _system.PlaceAsync("CUST-DECLINE-1", "CAUSE");
        var events = (await Eventually.Get(
            "four messages", () => Task.FromResult(recorder.Messages.Where(message => message.OrderId == id).ToList()),
            seen => seen.Count == 4))
            .ConvertAll(message => message.Json);

        events.Skip(1).Select(body => Field(body, "causationId")).ShouldBe(events.SkipLast(1).Select(body => Field(body, "eventId")));
        events.ShouldAllBe(body => Field(body, "correlationId") == Field(events[0], "eventId"));
    }

    [Theory]
    [InlineData("{bad")]
    [InlineData(
        """
        {"eventId":"00000000-0000-0000-0000-000000000000","timestamp":"2026-01-15T22:43:06","orderId":900001,
        """ + """
        "customerId":"C","items":[{"productId":"PROD-002","productName":"Mouse","quantity":1,"price":1}],"totalAmount":1}
        """)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"orderId":1}""")]
    [InlineData(
        """
        {"eventId":"6f1c0a8e-0000-4000-8000-000000000001","timestamp":"2026-01-15T22:43:06","orderId":9000000002,
        """ + """
        "customerId":"C","items":null,"totalAmount":1}
        """)]
    [InlineData(
        """
        {"eventId":"6f1c0a8e-0000-4000-8000-000000000003","timestamp":"2026-01-15T22:43:06","orderId":9000000004,
        """ + """
        "customerId":"C","items":[null],"totalAmount":1}
        """)]
    [InlineData(
        """
        {"eventId":"6f1c0a8e-0000-4000-8000-000000000002","timestamp":"2026-01-15T22:43:06","orderId":9000000003,
        """ + """
        "customerId":"C","items":[{"productId":"PROD-001","productName":"L","quantity":-1,"price":1}],"totalAmount":1}
        """)]
    public async Task Message_that_cannot_be_read_goes_aside_and_the_next_one_is_processed(string bad)
    {
        var product = $"AFTER-BAD-{Guid.NewGuid():N}";
        await _system.StockUpAsync(product, 1);

        await _system.Broker.PublishBareAsync("order.events", "order.created", bad);
        var id = await _system.PlaceAsync("CUST-APPROVE-1", product);

        (await _system.EndOfAsync(id)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        await Eventually.Get("a dead letter", () => _system.Inventory.ScalarAsync<long>(
            "SELECT count(*) FROM dead_letters WHERE queue = 'order-created-queue' AND body = $1 AND occurrences = 1",
            Encoding.UTF8.GetBytes(bad)), count => count == 1);
    }

    [Fact]
    public async Task Headers_of_a_foreign_message_neither_create_a_queue_nor_get_an_answer()
    {
        await _system.StockUpAsync("HEADERS", 1);
        var queues = await _system.Broker.QueueNamesAsync();

        await using (var channel = await _system.Broker.OpenAsync())
        {
            var properties = new RabbitMQ.Client.BasicProperties
            {
                ReplyTo = "foreign-reply",
                MessageId = "not-a-uuid",
                Headers = new Dictionary<string, object?>
                {
                    ["reply-uri"] = "rabbitmq://queue/foreign-reply", ["ack-requested"] = "true",
                    ["message-type"] = "System.Diagnostics.Process",
                },
            };
            await channel.BasicPublishAsync("order.events", "order.created", true, properties, JsonSerializer.SerializeToUtf8Bytes(new
            {
                eventId = Guid.NewGuid(), eventType = "ORDER_CREATED", timestamp = "2026-01-15T22:43:06", sourceService = "order-service",
                orderId = 9_000_000_010, customerId = "CUST-APPROVE", totalAmount = 1m,
                items = new[] { new { productId = "HEADERS", productName = "Thing", quantity = 1, price = 1m } },
            }));
        }

        await _system.StockBecomesAsync("HEADERS", available: 0, reserved: 0, sold: 1);
        (await _system.Broker.QueueNamesAsync()).ShouldBe(queues);
    }

    private static string? Field(JsonElement body, string name) => body.GetProperty(name).GetString();
}
