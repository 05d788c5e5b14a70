using Integration.Tests.Fixture;

namespace Integration.Tests.Operations;

/// <summary>Processes and databases that stop while dead letters are in flight.</summary>
public sealed class ReplayCrashTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const int DeadLetterCount = 20;
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Replay_of_a_process_that_was_killed_is_finished_by_the_next_one()
    {
        await using var dying = await _system.StartAsync();
        var orders = await BreakOrdersAsync("KILLED");
        var deadLetters = new DeadLetterApi(_system, "Inventory");
        var replay = await deadLetters.StartAsync(new { filter = new { queue = "order-created-queue" }, ratePerSecond = 10 });
        await Eventually.Get(
            "some of them", () => deadLetters.ProgressAsync(replay), view => view.Number("done") is > 0 and < DeadLetterCount);

        await dying.KillAsync();

        await using var next = await _system.StartAsync();
        (await deadLetters.EndOfAsync(replay)).Number("done").ShouldBe(DeadLetterCount);
        foreach (var order in orders) (await _system.EndOfAsync(order)).Text("status").ShouldBe("COMPLETED");
        await _system.StockBecomesAsync("KILLED", available: 0, reserved: 0, sold: DeadLetterCount);
        await next.StopAsync();
    }

    [Theory]
    [InlineData("dead-letter-after-replay")]
    [InlineData("dead-letter-after-confirm")]
    [InlineData("dead-letter-after-record")]
    public async Task Crash_at_the_worst_moment_neither_loses_nor_doubles_a_dead_letter(string moment)
    {
        Assert.SkipUnless(Repository.HasFailpoints, "Failpoints are compiled into Debug builds only");
        var product = moment.ToUpperInvariant();
        var customer = $"CUST-APPROVE-{moment}";
        await using var dying = await _system.StartAsync(null, ("FAILPOINT", $"{moment}:1"));
        await _system.StockUpAsync(product, 1);
        await _system.Inventory.ExecuteAsync($"ALTER TABLE reservations ADD CONSTRAINT broken CHECK (customer_id <> '{customer}')");
        var order = await _system.PlaceAsync(customer, product);
        var deadLetters = new DeadLetterApi(_system, "Inventory");
        if (moment == "dead-letter-after-replay")
        {
            var deadLetter = (await deadLetters.ArriveAsync(1, $"orderId={order}"))[0];
            try
            {
                await deadLetters.StartAsync(new { ids = new[] { deadLetter.Id() } });
            }
            catch (HttpRequestException)
            {
                // The replay does not wait until its start is answered, so the process may die first.
            }
        }

        (await dying.WaitForExitAsync()).ShouldBe(137);

        await using var next = await _system.StartAsync();
        // The constraint still stands, so whatever was replayed comes back into the one row.
        await Eventually.Get(
            "one open dead letter", () => deadLetters.ListAsync($"orderId={order}"),
            rows => rows.Count == 1 && rows[0].Text("status") == "OPEN");
        await Eventually.Get(
            "no unfinished replay", () => _system.Inventory.CountAsync("dead_letter_replays WHERE finished_at IS NULL"),
            count => count == 0);
        await _system.Inventory.ExecuteAsync("ALTER TABLE reservations DROP CONSTRAINT broken");
        await deadLetters.ReplayAsync(new { filter = new { orderId = order } });
        (await _system.EndOfAsync(order)).Text("status").ShouldBe("COMPLETED");
        await _system.StockBecomesAsync(product, available: 0, reserved: 0, sold: 1);
        await Eventually.Get("an empty queue", () => _system.Broker.WaitingAsync("inventory-dead-letter-queue"), count => count == 0);
        (await deadLetters.ListAsync($"orderId={order}")).ShouldHaveSingleItem();
        (await next.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Dead_letters_that_arrive_while_their_database_is_unavailable_are_recorded_when_it_is_back()
    {
        await using var host = await _system.StartAsync();
        await _system.Payments.ExecuteAsync("ALTER TABLE dead_letters RENAME TO hidden");
        for (var i = 0; i < DeadLetterCount; i++)
            await _system.Broker.PublishBareAsync("inventory.events", "inventory.reserved", $"unavailable {i}");
        await Eventually.True(
            "the recorder to wait", () => host.Output.Contains("dead letters wait for the database", StringComparison.Ordinal));

        await _system.Payments.ExecuteAsync("ALTER TABLE hidden RENAME TO dead_letters");

        (await new DeadLetterApi(_system, "Payment").ArriveAsync(DeadLetterCount))
            .ShouldAllBe(deadLetter => deadLetter.Number("occurrences") == 1);
        (await host.StopAsync()).ShouldBe(0);
    }

    /// <summary>Orders whose dead letters wait for a replay, and nothing any more that would hinder it.</summary>
    private async Task<IReadOnlyList<long>> BreakOrdersAsync(string product)
    {
        await _system.StockUpAsync(product, DeadLetterCount);
        await _system.Inventory.ExecuteAsync("ALTER TABLE reservations ADD CONSTRAINT broken CHECK (customer_id <> 'CUST-APPROVE-BROKEN')");
        var orders = new List<long>();
        for (var i = 0; i < DeadLetterCount; i++) orders.Add(await _system.PlaceAsync("CUST-APPROVE-BROKEN", product));
        await new DeadLetterApi(_system, "Inventory").ArriveAsync(DeadLetterCount, "status=OPEN");
        await _system.Inventory.ExecuteAsync("ALTER TABLE reservations DROP CONSTRAINT broken");
        return orders;
    }
}

/// <summary>Servers that are restarted. A system of its own, because its connections end.</summary>
[Collection<OutageCollection>]
public sealed class DeadLetterOutageTests(StoppableSystem shared) : SystemTest, IClassFixture<StoppableSystem>
{
    private const int DeadLetterCount = 20;
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Dead_letters_survive_a_restart_of_database_and_broker()
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        shared.Servers.SkipUnlessDatabaseIsOurs();
        await using var host = await _system.StartAsync();
        var deadLetters = new DeadLetterApi(_system, "Notification");
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; i < DeadLetterCount; i++)
                await _system.Broker.PublishBareAsync("payment.events", "payment.failed", $"restarted {i}");
        });

        await shared.Servers.RestartPostgresAsync();
        await publishing;
        await shared.Servers.RestartBrokerAsync();
        await _system.Broker.PublishBareAsync("payment.events", "payment.failed", "restarted last");

        await Eventually.Get(
            "every dead letter", () => deadLetters.ListAsync("queue=payment-failed-queue"), rows => rows.Count == DeadLetterCount + 1);
        (await host.StopAsync()).ShouldBe(0);
    }
}
