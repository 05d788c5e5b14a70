using System.Globalization;
using System.Net;
using System.Text.Json;
using Integration.Tests.Fixture;
using Integration.Tests.Operations;

namespace Integration.Tests.Live;

/// <summary>The history of an order, as it lies there and as it comes.</summary>
[Collection<OneProcessCollection>]
public sealed class FollowedOrderTests(OneProcess shared) : SystemTest
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Timeline_tells_what_happened_to_an_order_and_how_long_each_step_took()
    {
        await _system.StockUpAsync("TIMELINE", 5);
        var order = await _system.PlaceAsync("CUST-APPROVE-1", "TIMELINE", 2);
        await _system.EndOfAsync(order);

        var entries = (await _system.GetAsync("Order", $"/api/orders/{order}/timeline")).EnumerateArray().ToList();

        entries[0].Text("eventType").ShouldBe("ORDER_CREATED");
        entries[0].Text("status").ShouldBe("PENDING");
        entries[0].Number("sincePreviousMs").ShouldBe(0);
        entries[0].Text("sourceService").ShouldBe("order-service");
        entries.Select(entry => entry.Text("eventType"))
            .ShouldBe(["ORDER_CREATED", "INVENTORY_RESERVED", "PAYMENT_COMPLETED", "INVENTORY_COMMITTED"], ignoreOrder: true);
        entries.Single(entry => entry.Text("eventType") == "INVENTORY_COMMITTED").Text("status").ShouldBe("COMPLETED");
        entries.Select(entry => entry.GetProperty("id").GetInt64()).ShouldBeInOrder();
        entries.ShouldAllBe(
            entry => entry.GetProperty("sincePreviousMs").GetInt64() >= 0 && entry.GetProperty("eventId").GetGuid() != Guid.Empty);
    }

    [Fact]
    public async Task Events_of_an_order_come_live_and_the_stream_ends_with_the_order()
    {
        await _system.StockUpAsync("LIVE", 5);
        var order = await _system.PlaceAsync("CUST-APPROVE-1", "LIVE");

        var events = await _system.Api("Order").ListenToTheEndAsync($"/api/orders/{order}/events");

        events[^1].Name.ShouldBe("end");
        var entries = events.SkipLast(1).ToList();
        entries.ShouldAllBe(
            sent => sent.Name == "timeline" && sent.Id == sent.Data.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture));
        entries[0].Data.Text("eventType").ShouldBe("ORDER_CREATED");
        entries[^1].Data.Text("status").ShouldBe("COMPLETED");
        entries.Select(sent => sent.Id).ShouldBeUnique();
    }

    [Fact]
    public async Task Reconnected_client_gets_the_events_that_it_missed_and_none_twice()
    {
        await _system.StockUpAsync("AGAIN", 5);
        var order = await _system.PlaceAsync("CUST-APPROVE-1", "AGAIN");
        await _system.EndOfAsync(order);
        var path = $"/api/orders/{order}/events";

        var all = await _system.Api("Order").ListenToTheEndAsync(path);
        var rest = await _system.Api("Order").ListenToTheEndAsync(path, lastEventId: all[1].Id);
        var none = await _system.Api("Order").ListenToTheEndAsync(path, lastEventId: all[^2].Id);

        rest.Select(sent => sent.Id).ShouldBe(all.Skip(2).Select(sent => sent.Id));
        none.Select(sent => sent.Name).ShouldBe(["end"]);
    }

    [Theory]
    [InlineData("timeline")]
    [InlineData("events")]
    public async Task An_order_that_does_not_exist_is_not_found(string what)
    {
        using var response = await _system.Api("Order").GetAsync(new Uri($"/api/orders/99999999/{what}", UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Orders_are_found_by_a_product_in_them()
    {
        await _system.StockUpAsync("FOUND", 5);
        var order = await _system.PlaceAsync("CUST-APPROVE-1", "FOUND");

        var found = await _system.GetAsync("Order", "/api/orders?productId=FOUND");

        found.EnumerateArray().Select(one => one.GetProperty("orderId").GetInt64()).ShouldBe([order]);
        (await _system.GetAsync("Order", "/api/orders?productId=FOUN")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Statistics_count_orders_by_status_and_tell_how_long_they_took()
    {
        await _system.StockUpAsync("COUNTED", 5);
        var before = await _system.GetAsync("Order", "/api/orders/stats");
        await _system.EndOfAsync(await _system.PlaceAsync("CUST-APPROVE-1", "COUNTED"));
        await _system.EndOfAsync(await _system.PlaceAsync("CUST-DECLINE-1", "COUNTED"));

        var after = await Eventually.Get(
            "the statistics to count both", () => _system.GetAsync("Order", "/api/orders/stats"),
            stats => Count(stats, "COMPLETED") > Count(before, "COMPLETED") && Count(stats, "FAILED") > Count(before, "FAILED"));

        after.GetProperty("byStatus").EnumerateObject().Select(status => status.Name)
            .ShouldBe(["PENDING", "CONFIRMED", "COMPLETED", "FAILED", "CANCELLED"], ignoreOrder: true);
        var minute = after.GetProperty("lastMinute");
        minute.Number("created").ShouldBeGreaterThanOrEqualTo(2);
        minute.Number("completed").ShouldBeGreaterThanOrEqualTo(1);
        minute.Number("failed").ShouldBeGreaterThanOrEqualTo(1);
        var durations = after.GetProperty("durationMs");
        durations.GetProperty("p50").GetDouble().ShouldBeGreaterThan(0);
        durations.GetProperty("p99").GetDouble().ShouldBeGreaterThanOrEqualTo(durations.GetProperty("p50").GetDouble());
        await Eventually.Get(
            "the statistics to agree with the database",
            async () => (
                Count(await _system.GetAsync("Order", "/api/orders/stats"), "COMPLETED"),
                await _system.Orders.ScalarAsync<long>("SELECT count(*) FROM orders WHERE status = 'COMPLETED'")),
            counts => counts.Item1 == counts.Item2);
    }

    private static long Count(JsonElement stats, string status) => stats.GetProperty("byStatus").GetProperty(status).GetInt64();
}
