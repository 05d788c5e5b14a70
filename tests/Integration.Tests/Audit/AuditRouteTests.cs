using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Audit;

/// <summary>The operations of an auditor, as any client sees them.</summary>
[Collection<OneProcessCollection>]
public sealed class AuditRouteTests(OneProcess shared) : SystemTest
{
    private readonly FulfillmentSystem _system = shared.System;

    public static TheoryData<string> Modules => [.. FulfillmentSystem.Modules];

    [Theory]
    [InlineData("invariants?openSeconds=x", "openSeconds")]
    [InlineData("invariants?openSeconds=-1", "openSeconds")]
    [InlineData("invariants?openSeconds=86401", "openSeconds")]
    [InlineData("invariants?openSeconds=1&openSeconds=2", "openSeconds")]
    [InlineData("invariants?seconds=1", "seconds")]
    [InlineData("reconciliation?limit=0", "limit")]
    [InlineData("reconciliation?limit=10001", "limit")]
    [InlineData("reconciliation?after=-1", "after")]
    [InlineData("reconciliation?after=1e3", "after")]
    [InlineData("reconciliation?cursor=1", "cursor")]
    public async Task A_query_that_is_wrong_is_refused_with_its_name(string operation, string field)
    {
        foreach (var module in FulfillmentSystem.Modules)
        {
            using var answer = await _system.Api(module).GetAsync(new Uri(AuditApi.Path(module, operation), UriKind.Relative));

            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateObject()
                .ShouldHaveSingleItem().Name.ShouldBe(field);
        }
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public async Task A_feed_is_read_page_by_page_each_order_once_and_the_oldest_first(string module)
    {
        await _system.StockUpAsync("FEED", 10);
        var placed = new List<long>();
        for (var i = 0; i < 3; i++) placed.Add(await _system.PlaceAsync($"CUST-APPROVE-{i}", "FEED"));
        foreach (var order in placed) await _system.EndOfAsync(order);
        var start = AuditApi.Path(module, $"reconciliation?after={placed[0] - 1}");
        await Eventually.Get($"{module} to know the orders", () => _system.GetAsync(module, start), page => page.GetArrayLength() >= 3);

        var seen = new List<long>();
        for (var next = $"{start}&limit=2"; next is not null;)
        {
            using var answer = await _system.Api(module).GetAsync(new Uri(next, UriKind.Relative));
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>();
            page.GetArrayLength().ShouldBeInRange(1, 2);
            seen.AddRange(page.EnumerateArray().Select(entry => entry.GetProperty("orderId").GetInt64()));
            next = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        seen.ShouldBe(seen.Distinct().Order());
        placed.ShouldBeSubsetOf(seen);
    }

    [Fact]
    public async Task The_feeds_say_what_each_module_knows_of_an_order()
    {
        await _system.StockUpAsync("FEED-ENTRY", 10);
        var order = await _system.PlaceAsync("CUST-APPROVE-1", "FEED-ENTRY", quantity: 2, price: 10.5m);
        await _system.EndOfAsync(order);
        await _system.StockBecomesAsync("FEED-ENTRY", available: 8, reserved: 0, sold: 2);

        (await EntryAsync("Order", order)).ShouldBe(
            $$"""{"orderId":{{order}},"customerId":"CUST-APPROVE-1","status":"COMPLETED","statusReason":null,"totalAmount":21.00}""");
        (await EntryAsync("Inventory", order)).ShouldBe($$"""{"orderId":{{order}},"status":"COMMITTED","reasonCode":null}""");
        (await EntryAsync("Payment", order)).ShouldBe(
            $$"""{"orderId":{{order}},"status":"COMPLETED","amount":21.00,"refundedAmount":0.00,"cancelReason":null,"manualRefund":0}""");
        (await EntryAsync("Notification", order)).ShouldMatch(
            $$"""^\{"orderId":{{order}},"events":\[\{"eventId":"[-0-9a-f]{36}","channels":\["EMAIL","SMS"\]\}\]\}$""");
    }

    private async Task<string> EntryAsync(string module, long order)
    {
        var page = await Eventually.Get(
            $"{module} to know order {order}",
            () => _system.GetAsync(module, AuditApi.Path(module, $"reconciliation?after={order - 1}&limit=1")),
            entries => entries.GetArrayLength() == 1);
        return page[0].GetRawText();
    }
}
