using System.Net;
using System.Net.Http.Json;
using Integration.Tests.Fixture;
using RabbitMQ.Client;

namespace Integration.Tests;

/// <summary>A process that runs one module of four.</summary>
public sealed class OneModuleTests(PaymentAlone shared) : SystemTest, IClassFixture<PaymentAlone>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Has_the_routes_of_its_module_only()
    {
        using var orders = await _system.Api("Payment").PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-1", "PROD-002"));
        orders.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _system.GetAsync("Payment", "/api/payments")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Creates_the_tables_of_its_module_only()
    {
        (await _system.Payments.TablesAsync()).ShouldBe(
            [
                "__EFMigrationsHistory", "dead_letter_replays", "dead_letters", "idempotency_keys", "outbox_messages",
                "payment_transactions", "payments", "refunds",
                "retention_progress", "simulator",
            ],
            ignoreOrder: true);
        foreach (var other in new[] { _system.Orders, _system.Inventory, _system.Notifications })
            (await other.TablesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Declares_the_queues_of_every_module() => (await _system.Broker.QueueNamesAsync()).ShouldBe(
    [
        "inventory-dead-letter-queue", "inventory-failed-queue", "inventory-order-cancelled-queue", "inventory-payment-completed-queue",
        "inventory-payment-failed-queue", "inventory-reserved-queue", "notification-dead-letter-queue",
        "notification-order-cancelled-queue", "notification-payment-refunded-queue", "notification-reservation-expired-queue",
        "order-created-queue", "order-dead-letter-queue", "order-inventory-committed-queue", "order-inventory-failed-queue",
        "order-inventory-released-queue", "order-inventory-reserved-queue", "order-payment-completed-queue", "order-payment-failed-queue",
        "order-payment-refunded-queue", "order-reservation-expired-queue", "payment-completed-queue", "payment-dead-letter-queue",
        "payment-failed-queue", "payment-order-cancelled-queue", "payment-reservation-expired-queue", "product-import-queue",
        "unrouted-queue",
    ]);

    [Theory]
    [InlineData("order.events", "order.created", "order-created-queue")]
    [InlineData("inventory.events", "inventory.reserved", "inventory-reserved-queue")]
    [InlineData("inventory.events", "inventory.reserved", "order-inventory-reserved-queue")]
    [InlineData("inventory.events", "inventory.failed", "inventory-failed-queue")]
    [InlineData("inventory.events", "inventory.failed", "order-inventory-failed-queue")]
    [InlineData("inventory.events", "product.import", "product-import-queue")]
    [InlineData("inventory.events", "inventory.committed", "order-inventory-committed-queue")]
    [InlineData("inventory.events", "inventory.expired", "payment-reservation-expired-queue")]
    [InlineData("order.events", "order.cancelled", "inventory-order-cancelled-queue")]
    [InlineData("payment.events", "payment.refunded", "notification-payment-refunded-queue")]
    [InlineData("payment.events", "payment.completed", "payment-completed-queue")]
    [InlineData("payment.events", "payment.completed", "order-payment-completed-queue")]
    [InlineData("payment.events", "payment.completed", "inventory-payment-completed-queue")]
    [InlineData("payment.events", "payment.failed", "payment-failed-queue")]
    [InlineData("payment.events", "payment.failed", "order-payment-failed-queue")]
    [InlineData("payment.events", "payment.failed", "inventory-payment-failed-queue")]
    public async Task Binds_each_queue_to_its_event(string exchange, string key, string queue)
    {
        var bindings = await _system.Broker.ReadAsync($"bindings/{{vhost}}/e/{exchange}/q/{queue}");
        bindings.EnumerateArray().Select(binding => binding.GetProperty("routing_key").GetString()).ShouldBe([key]);
    }

    [Theory]
    [InlineData("order.events")]
    [InlineData("inventory.events")]
    [InlineData("payment.events")]
    public async Task Message_that_no_queue_wants_is_kept_in_the_unrouted_queue(string exchange)
    {
        var declared = await _system.Broker.ReadAsync($"exchanges/{{vhost}}/{exchange}");
        declared.GetProperty("type").GetString().ShouldBe("topic");
        declared.GetProperty("durable").GetBoolean().ShouldBeTrue();
        declared.GetProperty("arguments").GetProperty("alternate-exchange").GetString().ShouldBe("unrouted.events");

        await _system.Broker.PublishBareAsync(exchange, "unroutable.key", exchange);

        (await _system.Broker.TakeAsync("unrouted-queue")).ShouldHaveSingleItem().Text.ShouldBe(exchange);
    }
}

/// <summary>A start with a setting that is wrong.</summary>
public sealed class WrongSettingTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Unknown_module_ends_the_start_with_the_valid_names()
    {
        var line = (await MistakesAsync(("MODULES", "Order,Shipping"))).ShouldHaveSingleItem();
        line.ShouldContain("MODULES");
        line.ShouldContain("Shipping");
        foreach (var module in FulfillmentSystem.Modules) line.ShouldContain(module);
    }

    [Theory]
    [InlineData("ConnectionStrings__Payment", null, "Host=")]
    [InlineData("ConnectionStrings__Payment", "nonsense", "Host=")]
    [InlineData("ConnectionStrings__Payment", "Host=localhost;Database=x", "Username=")]
    [InlineData("RabbitMq__Uri", null, "amqp://")]
    [InlineData("RabbitMq__Uri", "nonsense", "amqp://")]
    [InlineData("RabbitMq__Uri", "http://localhost", "amqp://")]
    [InlineData("RabbitMq__ManagementUri", "amqp://localhost", "http://")]
    [InlineData("RabbitMq__Concurrency", "0", "256")]
    [InlineData("RabbitMq__Concurrency", "many", "256")]
    [InlineData("RabbitMq__QueueType", "Fast", "Quorum")]
    [InlineData("Payment__SuccessRate", "2", "0.8")]
    public async Task Wrong_value_ends_the_start_with_a_line_that_names_the_setting_and_an_example(
        string setting, string? value, string example)
    {
        var line = (await MistakesAsync((setting, value))).ShouldHaveSingleItem();
        line.ShouldContain(setting);
        line.ShouldContain(example);
    }

    [Fact]
    public async Task Two_wrong_values_give_two_lines()
    {
        var lines = await MistakesAsync(("ConnectionStrings__Payment", null), ("RabbitMq__Concurrency", "0"));
        lines.Count.ShouldBe(2);
        lines.ShouldContain(line => line.Contains("ConnectionStrings__Payment", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("RabbitMq__Concurrency", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Password_that_the_database_refuses_ends_the_start()
    {
        var lines = await MistakesAsync(("ConnectionStrings__Payment", $"{_system.Payments.ConnectionString};Password=wrong"));
        lines.ShouldHaveSingleItem().ShouldContain("ConnectionStrings__Payment");
    }

    [Fact]
    public async Task Password_that_the_broker_refuses_ends_the_start()
    {
        var wrong = new UriBuilder(_system.Broker.Uri) { Password = "wrong" };
        (await MistakesAsync(("RabbitMq__Uri", wrong.Uri.AbsoluteUri))).ShouldHaveSingleItem().ShouldContain("RabbitMq__Uri");
    }

    [Fact]
    public async Task Virtual_host_that_does_not_exist_ends_the_start()
    {
        var wrong = new Uri(_system.Broker.Uri, "/nowhere");
        (await MistakesAsync(("RabbitMq__Uri", wrong.AbsoluteUri))).ShouldHaveSingleItem().ShouldContain("RabbitMq__Uri");
    }

    [Fact]
    public async Task Queue_that_exists_with_another_type_ends_the_start()
    {
        await using (var channel = await _system.Broker.OpenAsync())
            await channel.QueueDeclareAsync("order-created-queue", durable: true, exclusive: false, autoDelete: false);

        var line = (await MistakesAsync()).ShouldHaveSingleItem();
        line.ShouldContain("order-created-queue");
        line.ShouldContain("RabbitMq__QueueType");

        await using var again = await _system.Broker.OpenAsync();
        await again.QueueDeleteAsync("order-created-queue");
    }

    /// <summary>Starts the host with Payment alone and these changes, sees it fail, and returns the lines that say why.</summary>
    private async Task<IReadOnlyList<string>> MistakesAsync(params (string Name, string? Value)[] changes)
    {
        // Outside of Development there are no defaults that would take the place of what is missing.
        var settings = _system.Settings("Payment", ("ASPNETCORE_ENVIRONMENT", "Production"), ("MigrateAtStart", "true"));
        foreach (var (name, value) in changes) settings[name] = value;

        var (exitCode, output) = await FulfillmentSystem.RunAsync(settings);

        exitCode.ShouldBe(1, output);
        output.ShouldNotContain("   at ");
        output.ShouldNotContain("Exception");
        return [.. output.Split('\n').Where(line => line.Contains("Configuration: ", StringComparison.Ordinal))];
    }
}
