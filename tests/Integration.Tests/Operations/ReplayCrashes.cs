using Integration.Tests.Fixture;

namespace Integration.Tests.Operations;

/// <summary>Processes and databases that go away while dead letters are on their way.</summary>
public sealed class ReplayCrashes(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const int Letters = 20;
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Replay_of_a_process_that_was_killed_is_finished_by_the_next_one()
    {
        await using var dying = await _system.StartAsync();
        var orders = await BreakOrdersAsync("KILLED");
        var letters = new DeadLetterApi(_system, "Inventory");
        var replay = await letters.StartAsync(new { filter = new { queue = "order-created-queue" }, ratePerSecond = 10 });
        await Eventually.Get("some of them", () => letters.ProgressAsync(replay), view => view.Number("done") is > 0 and < Letters);

        await dying.KillAsync();

        await using var next = await _system.StartAsync();
        (await letters.EndOfAsync(replay)).Number("done").ShouldBe(Letters);
        foreach (var order in orders) (await _system.EndOfAsync(order)).Text("status").ShouldBe("COMPLETED");
        await _system.StockBecomesAsync("KILLED", available: 0, reserved: 0, sold: Letters);
        await next.StopAsync();
    }

    [Theory]
    [InlineData("dead-letter-after-replay")]
    [InlineData("dead-letter-after-confirm")]
    [InlineData("dead-letter-after-record")]
    public async Task Crash_at_the_worst_moment_neither_loses_nor_doubles_a_dead_letter(string moment)
    {
        Assert.SkipUnless(Repository.Configuration == "Debug", "Crash points are compiled into Debug builds only");
        var product = moment.ToUpperInvariant();
        var customer = $"CUST-APPROVE-{moment}";
        await using var dying = await _system.StartAsync(null, ("FAILPOINT", $"{moment}:1"));
        await _system.StockUpAsync(product, 1);
        await _system.Inventory.ExecuteAsync($"ALTER TABLE reservations ADD CONSTRAINT broken CHECK (customer_id <> '{customer}')");
        var order = await _system.PlaceAsync(customer, product);
        var letters = new DeadLetterApi(_system, "Inventory");
        if (moment == "dead-letter-after-replay")
        {
            var letter = (await letters.ArriveAsync(1, $"orderId={order}"))[0];
            try
            {
                await letters.StartAsync(new { ids = new[] { letter.Id() } });
            }
            catch (HttpRequestException)
            {
                // The replay does not wait until its start is answered, so the process may die first.
            }
        }

        (await dying.WaitForExitAsync()).ShouldBe(137);

        await using var next = await _system.StartAsync();
        // The constraint still stands, so whatever was replayed comes back into the one row.
        await Eventually.Get("one open letter", () => letters.ListAsync($"orderId={order}"), rows => rows.Count == 1 && rows[0].Text("status") == "OPEN");
        await Eventually.Get("no unfinished replay", () => _system.Inventory.CountAsync("dead_letter_replays WHERE finished_at IS NULL"), count => count == 0);
        await _system.Inventory.ExecuteAsync("ALTER TABLE reservations DROP CONSTRAINT broken");
        await letters.ReplayAsync(new { filter = new { orderId = order } });
        (await _system.EndOfAsync(order)).Text("status").ShouldBe("COMPLETED");
        await _system.StockBecomesAsync(product, available: 0, reserved: 0, sold: 1);
        await Eventually.Get("an empty queue", () => _system.Broker.WaitingAsync("inventory-dead-letter-queue"), count => count == 0);
        (await letters.ListAsync($"orderId={order}")).ShouldHaveSingleItem();
        (await next.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Dead_letters_that_arrive_while_their_database_is_away_are_recorded_when_it_is_back()
    {
        await using var host = await _system.StartAsync();
        await _system.Payments.ExecuteAsync("ALTER TABLE dead_letters RENAME TO hidden");
        for (var i = 0; i < Letters; i++) await _system.Broker.PublishBareAsync("inventory.events", "inventory.reserved", $"away {i}");
        await Eventually.True("the recorder to wait", () => host.Output.Contains("dead letters wait for the database", StringComparison.Ordinal));

        await _system.Payments.ExecuteAsync("ALTER TABLE hidden RENAME TO dead_letters");

        (await new DeadLetterApi(_system, "Payment").ArriveAsync(Letters)).ShouldAllBe(letter => letter.Number("occurrences") == 1);
        (await host.StopAsync()).ShouldBe(0);
    }

    /// <summary>Orders whose letters wait for a replay, and nothing any more that would hinder it.</summary>
    private async Task<IReadOnlyList<long>> BreakOrdersAsync(string product)
    {
        await _system.StockUpAsync(product, Letters);
        await _system.Inventory.ExecuteAsync("ALTER TABLE reservations ADD CONSTRAINT broken CHECK (customer_id <> 'CUST-APPROVE-BROKEN')");
        var orders = new List<long>();
        for (var i = 0; i < Letters; i++) orders.Add(await _system.PlaceAsync("CUST-APPROVE-BROKEN", product));
        await new DeadLetterApi(_system, "Inventory").ArriveAsync(Letters, "status=OPEN");
        await _system.Inventory.ExecuteAsync("ALTER TABLE reservations DROP CONSTRAINT broken");
        return orders;
    }
}

/// <summary>Servers that are restarted. A system of its own, because its connections end.</summary>
public sealed class DeadLettersInOutages(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const int Letters = 20;
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Dead_letters_survive_a_restart_of_database_and_broker()
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        shared.Servers.SkipUnlessDatabaseIsOurs();
        await using var host = await _system.StartAsync();
        var letters = new DeadLetterApi(_system, "Notification");
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; i < Letters; i++) await _system.Broker.PublishBareAsync("payment.events", "payment.failed", $"restarted {i}");
        });

        await shared.Servers.RestartPostgresAsync();
        await publishing;
        await shared.Servers.RestartBrokerAsync();
        await _system.Broker.PublishBareAsync("payment.events", "payment.failed", "restarted last");

        await Eventually.Get("every letter", () => letters.ListAsync("queue=payment-failed-queue"), rows => rows.Count == Letters + 1);
        (await host.StopAsync()).ShouldBe(0);
    }
}
