using System.Text.Json;
using Integration.Tests.Fixture;
using Integration.Tests.Operations;

namespace Integration.Tests.Live;

/// <summary>How a module fares, in one answer.</summary>
public sealed class SummaryTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Each_module_tells_its_queues_its_numbers_and_its_settings_without_secrets()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await system.StartAsync(null, ("Audit__Interval", "00:00:01"), ("Inventory__ReservationTtl", "00:10:00"));
        await system.StockUpAsync("SUMMED", 5);
        await system.EndOfAsync(await system.PlaceAsync("CUST-APPROVE-1", "SUMMED"));

        foreach (var module in FulfillmentSystem.Modules)
        {
            var summary = await Eventually.Get(
                $"the summary of {module} to be complete", () => system.GetAsync(module, $"{OperatorApi.PrefixOf(module)}/summary"),
                view => Queues(view).All(
                    queue => queue.GetProperty("consumers").ValueKind == JsonValueKind.Number && queue.Number("consumers") == 1)
                    && view.GetProperty("invariantViolations").ValueKind == JsonValueKind.Number);

            summary.Text("module").ShouldBe(module);
            summary.GetProperty("modules").EnumerateArray().Select(name => name.GetString()).ShouldBe(FulfillmentSystem.Modules);
            Queues(summary).Count.ShouldBeGreaterThan(2);
            Queues(summary).ShouldAllBe(
                queue => queue.Text("exchange").EndsWith(".events", StringComparison.Ordinal)
                    && queue.Text("routingKey").Length > 0 && queue.Text("event").Length > 0);
            summary.Number("deadLetters").ShouldBe(0);
            summary.Number("unrouted").ShouldBe(0);
            summary.Number("invariantViolations").ShouldBe(0);
            summary.GetProperty("outboxPending").ValueKind.ShouldBe(module == "Notification" ? JsonValueKind.Null : JsonValueKind.Number);
            summary.GetProperty("activeReservations").ValueKind.ShouldBe(module == "Inventory" ? JsonValueKind.Number : JsonValueKind.Null);
            summary.GetProperty("startedAt").GetDateTimeOffset().ShouldBeLessThan(summary.GetProperty("now").GetDateTimeOffset());
            var settings = summary.GetProperty("settings");
            settings.Text("Inventory__ReservationTtl").ShouldBe("00:10:00");
            settings.Text("RabbitMq__Concurrency").ShouldBe("256");
            settings.Text("ConnectionStrings__Order").ShouldContain("***");
            settings.ToString().ShouldNotContain("Password=o", Case.Insensitive);
            settings.Text("RabbitMq__Uri").ShouldContain(":***@");
            summary.GetProperty("links").Text("apiDocs").ShouldBe("/scalar");
            summary.GetProperty("links").Text("rabbitMq").ShouldNotContain("@");
        }
    }

    internal static List<JsonElement> Queues(JsonElement summary) => [.. summary.GetProperty("queues").EnumerateArray()];
}

/// <summary>The same while the broker is down.</summary>
[Collection<OutageCollection>]
public sealed class SummaryOutageTests(StoppableServers servers) : SystemTest
{
    [Fact]
    public async Task Values_of_an_unavailable_dependency_are_null_and_the_others_are_present()
    {
        servers.SkipUnlessBrokerIsOurs();
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await system.StartAsync("Notification");
        await servers.StopBrokerAsync();
        try
        {
            var summary = await Eventually.Get(
                "the summary without the broker", () => system.GetAsync("Notification", "/api/notifications/ops/summary"),
                view => view.GetProperty("unrouted").ValueKind == JsonValueKind.Null);

            summary.Number("deadLetters").ShouldBe(0);
            SummaryTests.Queues(summary).ShouldAllBe(queue => queue.GetProperty("messages").ValueKind == JsonValueKind.Null);
        }
        finally
        {
            await servers.StartBrokerAsync();
        }
    }
}
