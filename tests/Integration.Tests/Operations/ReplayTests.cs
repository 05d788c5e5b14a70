using System.Globalization;
using System.Net;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Operations;

/// <summary>Replays of dead letters after their cause is fixed. The cause is a constraint that the database checks.</summary>
public sealed class ReplayTests(OneProcess shared) : SystemTest, IClassFixture<OneProcess>
{
    private readonly FulfillmentSystem _system = shared.System;
    private readonly DeadLetterApi _deadLetters = new(shared.System, "Inventory");

    [Fact]
    public async Task Order_whose_handler_threw_completes_when_its_dead_letter_is_replayed_after_the_cause_is_gone()
    {
        await _system.StockUpAsync("MENDED", 5);
        await BreakAsync("mended", "CUST-APPROVE-MENDED");
        var order = await _system.PlaceAsync("CUST-APPROVE-MENDED", "MENDED", 2);
        var deadLetter = (await _deadLetters.ArriveAsync(1, $"orderId={order}"))[0];
        deadLetter.Text("exceptionType").ShouldBe("Npgsql.PostgresException");
        deadLetter.Text("exceptionMessage").ShouldContain("broken_mended");
        deadLetter.Number("attempts").ShouldBe(3);
        deadLetter.Text("queue").ShouldBe("order-created-queue");

        // Too early: it fails again, and its row is open again.
        (await _deadLetters.ReplayAsync(new { ids = new[] { deadLetter.Id() } })).Number("done").ShouldBe(1);
        await Eventually.Get(
            "the dead letter to be open again", () => _deadLetters.GetAsync(deadLetter.Id()),
            again => again.Number("occurrences") == 2 && again.Text("status") == "OPEN");

        await MendAsync("mended");
        (await _deadLetters.ReplayAsync(new { ids = new[] { deadLetter.Id() } })).Number("done").ShouldBe(1);
        (await _system.EndOfAsync(order)).Text("status").ShouldBe("COMPLETED");
        await _system.StockBecomesAsync("MENDED", available: 3, reserved: 0, sold: 2);
        (await _deadLetters.GetAsync(deadLetter.Id())).Text("status").ShouldBe("REPLAYED");

        // Once more, as an operator in doubt does.
        (await _deadLetters.ReplayAsync(new { ids = new[] { deadLetter.Id() } })).Number("done").ShouldBe(1);
        var after = await _system.PlaceAsync("CUST-APPROVE-AFTER", "MENDED");
        (await _system.EndOfAsync(after)).Text("status").ShouldBe("COMPLETED");
        await _system.StockBecomesAsync("MENDED", available: 2, reserved: 0, sold: 3);
        (await _deadLetters.ListAsync($"orderId={order}")).ShouldHaveSingleItem().Text("status").ShouldBe("REPLAYED");
    }

    [Fact]
    public async Task Message_with_a_mistake_is_processed_when_it_is_edited_and_its_original_is_kept()
    {
        await _system.StockUpAsync("EDITED", 5);
        var recorder = await _system.Broker.RecordMessagesAsync(("order.events", "#"), ("inventory.events", "inventory.reserved"));
        object Body(object quantity) => new
        {
            eventId = "6f1c0a8e-1111-4000-8000-000000000001", timestamp = "2026-01-15T22:43:06", orderId = 9_100_000_001,
            customerId = "CUST-APPROVE", totalAmount = 3m,
            items = new[] { new { productId = "EDITED", productName = "Thing", quantity, price = 1m } },
        };
        await _system.Broker.PublishBareAsync("order.events", "order.created", JsonSerializer.Serialize(Body("three")));
        var deadLetter = (await _deadLetters.ArriveAsync(1, "orderId=9100000001"))[0];

        var (refused, problem) = await _deadLetters.PostAsync($"{deadLetter.Id()}/edit-and-replay", new { body = Body("three") });
        refused.ShouldBe(HttpStatusCode.BadRequest);
        problem.GetProperty("errors").TryGetProperty("body.items[0].quantity", out _).ShouldBeTrue(problem.ToString());
        var (missing, named) = await _deadLetters.PostAsync($"{deadLetter.Id()}/edit-and-replay", new { body = new { orderId = 1 } });
        missing.ShouldBe(HttpStatusCode.BadRequest);
        named.GetProperty("errors").TryGetProperty("body.customerId", out _).ShouldBeTrue(named.ToString());
        (await _deadLetters.GetAsync(deadLetter.Id())).Text("status").ShouldBe("OPEN");

        var (accepted, replay) = await _deadLetters.PostAsync($"{deadLetter.Id()}/edit-and-replay", new { body = Body(3) });
        accepted.ShouldBe(HttpStatusCode.Accepted, replay.ToString());
        (await _deadLetters.EndOfAsync(replay.Id())).Number("done").ShouldBe(1);

        await _system.StockBecomesAsync("EDITED", available: 2, reserved: 0, sold: 3);
        var detail = await _deadLetters.GetAsync(deadLetter.Id());
        detail.GetProperty("body").GetProperty("content").GetProperty("items")[0].Text("quantity").ShouldBe("three");
        detail.GetProperty("editedBody").GetProperty("content").GetProperty("items")[0].Number("quantity").ShouldBe(3);
        // The replay goes to the message's own queue only: no other subscriber receives it again.
        recorder.Messages.Count(message => message.RoutingKey == "order.created" && message.OrderId == 9_100_000_001).ShouldBe(1);
        var (again, state) = await _deadLetters.PostAsync($"{deadLetter.Id()}/edit-and-replay", new { body = Body(3) });
        again.ShouldBe(HttpStatusCode.Conflict);
        state.Text("code").ShouldBe("NOT_OPEN");
    }

    [Fact]
    public async Task Edited_message_that_fails_again_reopens_its_dead_letter()
    {
        const string Product = "NO-SUCH-COLUMN";
        await BreakAsync("edited", "CUST-APPROVE-EDITED");
        object Body(object total) => new
        {
            eventId = "6f1c0a8e-1111-4000-8000-000000000002", timestamp = "2026-01-15T22:43:06", orderId = 9_100_000_002,
            customerId = "CUST-APPROVE-EDITED",
            totalAmount = total, items = new[] { new { productId = Product, productName = "Thing", quantity = 1, price = 1m } },
        };
        await _system.Broker.PublishBareAsync("order.events", "order.created", JsonSerializer.Serialize(Body("one")));
        var deadLetter = (await _deadLetters.ArriveAsync(1, "orderId=9100000002"))[0];

        (await _deadLetters.PostAsync($"{deadLetter.Id()}/edit-and-replay", new { body = Body(1m) })).Status.ShouldBe(
            HttpStatusCode.Accepted);

        await Eventually.Get(
            "the dead letter to be open again", () => _deadLetters.GetAsync(deadLetter.Id()),
            again => again.Number("occurrences") == 2 && again.Text("status") == "OPEN");
        (await _deadLetters.GetAsync(deadLetter.Id())).Text("exceptionType").ShouldBe("Npgsql.PostgresException");
        (await _deadLetters.ListAsync("orderId=9100000002")).Count.ShouldBe(1);
        await MendAsync("edited");
    }

    [Fact]
    public async Task Group_is_replayed_no_faster_than_asked_and_tells_how_far_it_is()
    {
        await _system.Inventory.ExecuteAsync("DELETE FROM dead_letters"); // those of other tests, which may be of the same group
        await _system.StockUpAsync("GROUP", 100);
        await BreakAsync("group", "CUST-APPROVE-GROUP");
        var orders = new List<long>();
        for (var i = 0; i < 20; i++) orders.Add(await _system.PlaceAsync("CUST-APPROVE-GROUP", "GROUP"));
        await Eventually.Get(
            "twenty dead letters",
            () => _system.Inventory.ScalarAsync<long>("SELECT count(*) FROM dead_letters WHERE order_id = ANY($1)", orders.ToArray()),
            count => count == 20);
        var group = (await _deadLetters.GroupsAsync())
            .EnumerateArray().Single(candidate => candidate.Text("exceptionType") == "Npgsql.PostgresException");
        group.Number("count").ShouldBe(20);
        group.Text("eventType").ShouldBe("ORDER_CREATED");
        await MendAsync("group");
        var name = new { exceptionType = group.Text("exceptionType"), eventType = group.Text("eventType"), queue = group.Text("queue") };

        var rows = await _system.Inventory.DumpAsync();
        var (preview, would) = await _deadLetters.PostAsync("replay", new { group = name, dryRun = true });
        preview.ShouldBe(HttpStatusCode.OK);
        would.Number("total").ShouldBe(20);
        would.GetProperty("ids").GetArrayLength().ShouldBe(20);
        (await _system.Inventory.DumpAsync()).ShouldBe(rows);

        var id = await _deadLetters.StartAsync(new { group = name, ratePerSecond = 10 });
        var underway = await Eventually.Get("some of them", () => _deadLetters.ProgressAsync(id), view => view.Number("done") > 0);
        underway.Number("total").ShouldBe(20);
        var end = await _deadLetters.EndOfAsync(id);
        (end.Number("done"), end.Number("failed"), end.Number("ratePerSecond")).ShouldBe((20, 0, 10));
        // Batches of two, each a fifth of a second after the one before: a bound that no machine is too slow for.
        (Time(end, "finishedAt") - Time(end, "startedAt")).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.7));
        foreach (var order in orders) (await _system.EndOfAsync(order)).Text("status").ShouldBe("COMPLETED");
        (await _deadLetters.GroupsAsync()).EnumerateArray()
            .ShouldNotContain(left => left.Text("exceptionType") == "Npgsql.PostgresException");
        var (nothing, problem) = await _deadLetters.PostAsync("replay", new { group = name });
        nothing.ShouldBe(HttpStatusCode.Conflict);
        problem.Text("code").ShouldBe("NOTHING_TO_REPLAY");
    }

    [Theory]
    [InlineData("""{}""", "ids")]
    [InlineData("""{"ids":[1],"filter":{}}""", "ids")]
    [InlineData("""{"ids":[]}""", "ids")]
    [InlineData("""{"filter":{},"ratePerSecond":0}""", "ratePerSecond")]
    [InlineData("""{"filter":{"colour":"red"}}""", "filter.colour")]
    [InlineData("""{"group":{"queue":"order-created-queue"}}""", "group.exceptionType")]
    public async Task Request_that_makes_no_sense_is_refused_with_the_field(string request, string field)
    {
        var (status, problem) = await _deadLetters.PostAsync("replay", JsonSerializer.Deserialize<JsonElement>(request));

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem.GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue(problem.ToString());
    }

    [Fact]
    public async Task Deleted_dead_letter_is_not_found()
    {
        await _system.Broker.PublishBareAsync("order.events", "order.created", "delete me");
        var deadLetters = await Eventually.Get(
            "the dead letter", () => _deadLetters.ListAsync(),
            rows => rows.Count > 0 && rows.Any(row => row.GetProperty("bodyBytes").GetInt64() == 9));
        var id = deadLetters.First(row => row.GetProperty("bodyBytes").GetInt64() == 9).Id();

        (await _deadLetters.DeleteAsync(id)).ShouldBe(HttpStatusCode.NoContent);
        (await _deadLetters.DeleteAsync(id)).ShouldBe(HttpStatusCode.NotFound);
        var (status, _) = await _deadLetters.PostAsync("replay", new { ids = new[] { id } });
        status.ShouldBe(HttpStatusCode.NotFound);
    }

    private Task BreakAsync(string name, string customer) =>
        _system.Inventory.ExecuteAsync($"ALTER TABLE reservations ADD CONSTRAINT broken_{name} CHECK (customer_id <> '{customer}')");

    private Task MendAsync(string name) => _system.Inventory.ExecuteAsync($"ALTER TABLE reservations DROP CONSTRAINT broken_{name}");

    private static DateTimeOffset Time(JsonElement view, string name) =>
        DateTimeOffset.Parse(view.Text(name), CultureInfo.InvariantCulture);
}
