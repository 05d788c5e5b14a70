using System.Text.Json;
using Integration.Tests.Fixture;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Integration.Tests.Operations;

/// <summary>
/// Four processes, each as the broker's user that docker-compose.yml makes for it. What they declare is what <c>migrate</c> has declared.
/// </summary>
public sealed class LeastPrivilegeTests(Servers servers) : SystemTest
{
    private static readonly Dictionary<string, JsonElement> Permissions = ReadPermissions();

    [Fact]
    public async Task Services_wait_for_the_topology_and_then_need_no_other_right()
    {
        await using var system = await FulfillmentSystem.CreateEmptyAsync(servers);
        var users = await AddUsersAsync(system);
        var hosts = users.ToDictionary(user => user.Key, user => system.Launch(user.Key, Settings(user.Value)));
        await Eventually.Get(
            "the order service to say what it waits for", hosts["Order"].ReadinessAsync,
            body => body.Contains("is not declared yet", StringComparison.Ordinal));

        var (exitCode, output) = await FulfillmentSystem.RunAsync(
            system.Settings(null, ("ASPNETCORE_ENVIRONMENT", "Production")), "migrate");
        exitCode.ShouldBe(0, output);
        foreach (var host in hosts.Values) await host.WaitUntilReadyAsync();

        await system.StockUpAsync("RIGHT", 5);
        var order = await system.PlaceAsync("CUST-APPROVE-1", "RIGHT", 2);
        (await system.EndOfAsync(order)).Text("status").ShouldBe("COMPLETED");
        await system.StockBecomesAsync("RIGHT", available: 3, reserved: 0, sold: 2);
        (await system.GetAsync("Payment", "/api/payments/ops/topology")).GetProperty("ok").GetBoolean().ShouldBeTrue();

        // Dead letters, and their replays.
        (string Module, string Queue)[] queues =
        [
            ("Order", "order-payment-completed-queue"), ("Inventory", "order-created-queue"), ("Payment", "inventory-reserved-queue"),
            ("Notification", "payment-failed-queue"),
        ];
        foreach (var (module, queue) in queues)
        {
            await using var channel = await system.Broker.OpenAsync();
            await channel.BasicPublishAsync("", queue, mandatory: true, "not JSON"u8.ToArray());
            var deadLetters = new DeadLetterApi(system, module);
            var deadLetter = (await deadLetters.ArriveAsync(1))[0];
            (await deadLetters.ReplayAsync(new { ids = new[] { deadLetter.Id() } })).Number("done").ShouldBe(1);
            await Eventually.Get(
                "the dead letter to come back", () => deadLetters.GetAsync(deadLetter.Id()),
                again => again.Number("occurrences") == 2 && again.Text("status") == "OPEN");
        }

        // A module republishes only its own unroutable messages.
        await using (var channel = await system.Broker.OpenAsync())
        {
            await channel.BasicPublishAsync("order.events", "unroutable.key", mandatory: false, "{}"u8.ToArray());
            await channel.BasicPublishAsync("payment.events", "unroutable.key", mandatory: false, "{}"u8.ToArray());
        }

        await Eventually.Get(
            "both to be unrouted", () => system.GetAsync("Order", "/api/orders/ops/unrouted"), list => list.GetArrayLength() == 2);
        using var answer = await system.Api("Order").PostAsync(new Uri("/api/orders/ops/unrouted/republish", UriKind.Relative), null);
        var republished = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        (republished.Number("republished"), republished.Number("stillUnroutable")).ShouldBe((0, 1));

        // A client of the live event feed makes the order service declare a queue, which its user may.
        using var leave = new CancellationTokenSource(Eventually.Deadline);
        var seen = system.Api("Order").ListenAsync("/api/orders/stream", ct: leave.Token).FirstAsync(leave.Token).AsTask();
        await Eventually.True(
            "an event to be seen", async () => await system.PlaceAsync("CUST-DECLINE-1", "RIGHT") > 0 && seen.IsCompletedSuccessfully);

        // Without the right to declare, what is missing is said and not mended.
        await using var administrator = await system.Broker.OpenAsync();
        await administrator.QueueDeleteAsync("order-payment-refunded-queue");
        await Eventually.Get(
            "the order service to miss a queue", hosts["Order"].ReadinessAsync,
            body => body.Contains("queue order-payment-refunded-queue", StringComparison.Ordinal));
        (await FulfillmentSystem.RunAsync(system.Settings(), "migrate")).ExitCode.ShouldBe(0);
        await Eventually.Get(
            "the order service to be content", hosts["Order"].ReadinessAsync,
            body => body.Contains("\"Healthy\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Services_may_not_touch_the_messages_of_others()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        (await FulfillmentSystem.RunAsync(system.Settings(), "migrate")).ExitCode.ShouldBe(0);
        var order = (await AddUsersAsync(system))["Order"];

        await RefusedAsync(
            channel => channel.BasicPublishAsync("payment.events", "payment.completed", mandatory: false, "{}"u8.ToArray()).AsTask());
        await RefusedAsync(
            channel => channel.BasicPublishAsync("", "payment-completed-queue", mandatory: false, "{}"u8.ToArray()).AsTask());
        await RefusedAsync(channel => channel.BasicPublishAsync(
            "payment.queues", "inventory-reserved-queue", mandatory: false, "{}"u8.ToArray()).AsTask());
        await RefusedAsync(channel => channel.BasicGetAsync("inventory-reserved-queue", autoAck: true));
        await RefusedAsync(channel => channel.QueueDeclareAsync("mine"));
        await RefusedAsync(channel => channel.QueueDeclareAsync("payment.watch.mine"));
        await RefusedAsync(channel => channel.QueueBindAsync("order-payment-completed-queue", "payment.events", "#"));
        await RefusedAsync(channel => channel.QueueDeleteAsync("order-payment-completed-queue"));
        await using var own = await system.Broker.OpenAsync(order);
        await own.BasicPublishAsync("order.events", "unroutable.key", mandatory: false, "{}"u8.ToArray());
        await own.BasicGetAsync("order-payment-completed-queue", autoAck: false);

        var (exitCode, output) = await FulfillmentSystem.RunAsync(system.Settings("Order", ("RabbitMq__Uri", order.AbsoluteUri)));
        exitCode.ShouldBe(1);
        output.ShouldContain("RabbitMq__Uri: its user may not declare the topology");

        async Task RefusedAsync(Func<IChannel, Task> deed)
        {
            await using var channel = await system.Broker.OpenAsync(order);
            int code = (await Should.ThrowAsync<OperationInterruptedException>(() => deed(channel))).ShutdownReason!.ReplyCode;
            code.ShouldBe(Constants.AccessRefused);
        }
    }

    private static async Task<Dictionary<string, Uri>> AddUsersAsync(FulfillmentSystem system)
    {
        var users = new Dictionary<string, Uri>();
        foreach (var module in FulfillmentSystem.Modules)
        {
            var may = Permissions[module.ToLowerInvariant()];
            users[module] = await system.Broker.AddUserAsync(
                module.ToLowerInvariant(), may.Text("configure"), may.Text("write"), may.Text("read"));
        }

        return users;
    }

    private (string, string)[] Settings(Uri broker) =>
    [
        ("RabbitMq__Uri", broker.AbsoluteUri), ("RabbitMq__DeclareTopology", "false"),
        ("RabbitMq__ManagementUri", new UriBuilder(servers.Management)
        {
            UserName = broker.UserInfo.Split(':')[0], Password = broker.UserInfo.Split(':')[1],
        }.Uri.AbsoluteUri),
    ];

    private static Dictionary<string, JsonElement> ReadPermissions()
    {
        var compose = File.ReadAllText(Path.Combine(Repository.Root, "docker-compose.yml")).Replace("$$", "$", StringComparison.Ordinal);
        var start = compose.IndexOf('[', compose.IndexOf("\"permissions\":", StringComparison.Ordinal));
        var json = compose[start..(compose.IndexOf("\n        ]", start, StringComparison.Ordinal) + "\n        ]".Length)];
        return JsonDocument.Parse(json).RootElement.EnumerateArray().ToDictionary(permission => permission.Text("user"));
    }
}
