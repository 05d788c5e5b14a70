using System.Text.Json;
using Integration.Tests.Fixture;
using Integration.Tests.Operations;
using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>An operator resolves failed messages with the console only.</summary>
[Collection<ConsoleCollection>]
public sealed class DeadLetterTests(Browser browser, OneProcess shared) : ConsoleTest(browser)
{
    private readonly FulfillmentSystem _system = shared.System;
    private readonly Uri _origin = shared.System.Api("Inventory").BaseAddress!;

    [Fact]
    public async Task Order_whose_handler_threw_completes_when_its_group_is_replayed()
    {
        const string Customer = "CUST-APPROVE-REPLAYED";
        await _system.StockUpAsync("REPLAYED", 5);
        await _system.Inventory.ExecuteAsync($"ALTER TABLE reservations ADD CONSTRAINT broken_console CHECK (customer_id <> '{Customer}')");
        var order = await _system.PlaceAsync(Customer, "REPLAYED");
        await new DeadLetterApi(_system, "Inventory").ArriveAsync(1, $"orderId={order}");
        await _system.Inventory.ExecuteAsync("ALTER TABLE reservations DROP CONSTRAINT broken_console");
        var page = await OpenAsync(_origin, "#/dead-letters");
        var group = page.Tab.Locator("section").Filter(new() { Has = page.Tab.GetByRole(AriaRole.Heading, new() { Name = "Inventory" }) })
            .Locator("tbody tr").Filter(new() { HasText = "Npgsql.PostgresException" });
        await Expect(group).ToContainTextAsync("ORDER_CREATEDorder-created-queue1");

        await group.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
        var dialog = page.Tab.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("1 letter will go back to where it failed.");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("replay");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Replay", Exact = true }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("1 of 1 sent");
        await Expect(dialog).ToContainTextAsync("finished");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).First.ClickAsync();

        await Expect(group).ToHaveCountAsync(0);
        await page.ShowAsync($"#/orders/{order}");
        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("Completed");
    }

    [Fact]
    public async Task Message_with_a_mistake_is_looked_into_mended_and_sent_again()
    {
        const long Order = 9_200_000_001;
        await _system.StockUpAsync("MENDED-HERE", 5);
        await _system.Broker.PublishBareAsync("order.events", "order.created", JsonSerializer.Serialize(new
        {
            eventId = "6f1c0a8e-2222-4000-8000-000000000001", timestamp = "2026-01-15T22:43:06", orderId = Order,
            customerId = "CUST-APPROVE", totalAmount = 3m,
            items = new[] { new { productId = "MENDED-HERE", productName = "Thing", quantity = "three", price = 1m } },
        }));
        await new DeadLetterApi(_system, "Inventory").ArriveAsync(1, $"orderId={Order}");
        var page = await OpenAsync(_origin, "#/dead-letters");

        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "JsonException" }).ClickAsync();
        await page.Tab.Locator("tr")
            .Filter(new() { HasText = $"#{Order}" }).GetByRole(AriaRole.Link, new() { Name = "#" }).First.ClickAsync();
        await Expect(page.Tab.Locator(".message")).ToContainTextAsync("quantity");
        await Expect(page.Tab.Locator("pre[aria-label=Stack]")).ToContainTextAsync("   at System.Text.Json");
        await Expect(page.Tab.GetByRole(AriaRole.Region, new() { Name = "Headers" }).Locator("tbody tr").First).ToBeVisibleAsync();
        var body = page.Tab.GetByLabel("Body to send instead");
        var wrong = await body.InputValueAsync();
        wrong.ShouldContain("\"quantity\": \"three\"");

        // Sent as it is, it is refused before it is sent.
        page.Expect("/api/inventory/ops/dead-letters/", 400);
        await page.Tab.GetByRole(AriaRole.Button, new() { Name = "Send the edited body" }).ClickAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Alert)).ToContainTextAsync("body.items[0].quantity");
        await page.ShouldBeAccessibleAsync();
        await body.FillAsync(wrong.Replace("\"three\"", "3", StringComparison.Ordinal));
        await page.Tab.GetByRole(AriaRole.Button, new() { Name = "Send the edited body" }).ClickAsync();
        var dialog = page.Tab.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("finished");
        await page.Tab.Keyboard.PressAsync("Escape");

        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("Replayed");
        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("edited");
        await Expect(page.Tab.Locator("pre[aria-label=Body]")).ToContainTextAsync("\"quantity\": 3");
        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "All letters" }).ClickAsync();
        await Expect(page.Tab.GetByText("Inventory has no open dead letter.")).ToBeVisibleAsync();
        await _system.StockBecomesAsync("MENDED-HERE", available: 2, reserved: 0, sold: 3);
    }
}
