using System.Text.RegularExpressions;
using Integration.Tests.Fixture;
using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>Orders from the form to their end.</summary>
[Collection<ConsoleCollection>]
public sealed class OrderTests(Browser browser, OneProcess shared) : ConsoleTest(browser)
{
    private readonly FulfillmentSystem _system = shared.System;
    private readonly Uri _origin = shared.System.Api("Order").BaseAddress!;

    [Fact]
    public async Task Order_from_the_form_is_followed_to_its_end_by_events()
    {
        await _system.StockUpAsync("FOLLOWED", 5);
        var page = await OpenAsync(_origin, "#/orders");
        page.Expect("/api/inventory/products/FOLLOWED", 404); // no catalogue has it, so nothing knows its price
        // The page polls the timeline when the stream is unavailable; an empty one proves that the events arrive by the stream.
        await page.Tab.RouteAsync("**/timeline", route => route.FulfillAsync(new() { Json = Array.Empty<object>() }));
        await page.Tab.EvaluateAsync("() => { window.sameDocument = true; }");
        var timeline = page.Tab.Locator(".timeline li");
        ILocator Step(string name) => timeline.Filter(new() { HasText = name });

        await using (await HoldAsync(_system.Payments, "payments"))
        {
            await page.Tab.GetByRole(AriaRole.Link, new() { Name = "New order" }).First.ClickAsync();
            var form = page.Tab.GetByRole(AriaRole.Dialog);
            await form.GetByLabel("Customer").FillAsync("CUST-APPROVE-FOLLOWED");
            await form.GetByLabel("Product").FillAsync("FOLLOWED");
            await form.GetByLabel("Name").FillAsync("Thing");
            await form.GetByLabel("Quantity").FillAsync("2");
            await form.GetByLabel("Price").FillAsync("10.50");
            await Expect(form.GetByText("Total 21.00")).ToBeVisibleAsync();
            await form.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
            await Expect(Step("Order created")).ToBeVisibleAsync();
            await Expect(Step("Inventory reserved")).ToBeVisibleAsync();
            await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("Confirmed");
            await Expect(Step("Payment completed")).ToHaveCountAsync(0);
        }

        await Expect(Step("Payment completed")).ToBeVisibleAsync();
        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("Completed");
        await Expect(page.Tab.Locator(".drawer h3").Filter(new() { HasText = "Timeline" })).ToContainTextAsync("complete");
        await Expect(Step("Inventory reserved").Locator(".gap")).ToHaveTextAsync(new Regex(@"^\+.*\d.* m?s$"));
        await Expect(timeline.Filter(new() { HasText = "from the first event to the last" })).ToBeVisibleAsync();
        (await page.Tab.EvaluateAsync<bool>("() => window.sameDocument")).ShouldBeTrue("the page was loaded once");
        await _system.StockBecomesAsync("FOLLOWED", available: 3, reserved: 0, sold: 2);
    }

    [Fact]
    public async Task Declined_payments_of_the_scenario_show_their_reason_and_give_the_stock_back()
    {
        var before = await _system.StockAsync("PROD-003");
        var page = await OpenAsync(_origin, "#/orders?customerId=CUST-DECLINE-003");

        await PressScenarioAsync(page, "Declined");

        await Expect(page.Tab.Locator(".tally")).ToHaveTextAsync("5 Failed: PAYMENT_DECLINED");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("scenario");
        var rows = page.Tab.Locator(".with-drawer tbody tr");
        await Expect(rows).ToHaveCountAsync(5);
        foreach (var row in await rows.AllAsync()) await Expect(row).ToContainTextAsync("FailedPAYMENT_DECLINED");
        await rows.First.GetByRole(AriaRole.Link, new() { Name = "#" }).ClickAsync();
        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("FailedPAYMENT_DECLINED");
        await Expect(page.Tab.Locator(".drawer .part[data-module=inventory]")).ToContainTextAsync("Released");
        await Expect(page.Tab.Locator(".drawer .part[data-module=payment]")).ToContainTextAsync("Failed");
        await _system.StockBecomesAsync("PROD-003", before.Available, before.Reserved, before.Sold);
        await page.ShowAsync("#/stock?search=PROD-003");
        await Expect(page.Tab.Locator("tbody tr").Filter(new() { HasText = "PROD-003" }))
            .ToContainTextAsync($"{before.Available}{before.Reserved}{before.Sold}");
    }

    [Fact]
    public async Task Order_beyond_the_stock_of_the_scenario_fails_and_charges_nothing()
    {
        var before = await _system.StockAsync("PROD-001");
        var page = await OpenAsync(_origin, "#/orders");

        await PressScenarioAsync(page, "Out of stock");

        await Expect(page.Tab.Locator(".tally")).ToContainTextAsync("1 Failed: OUT_OF_STOCK");
        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "Look at #" }).ClickAsync();
        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("FailedOUT_OF_STOCK");
        await Expect(page.Tab.Locator(".drawer .part[data-module=payment]")).ToContainTextAsync("Nothing was charged.");
        await Expect(page.Tab.Locator(".timeline li.bad").Filter(new() { HasText = "Inventory failed" })).ToBeVisibleAsync();
        (await _system.StockAsync("PROD-001")).ShouldBe(before);
    }

    [Fact]
    public async Task Open_order_is_cancelled_from_the_drawer()
    {
        await _system.StockUpAsync("CALLED-OFF", 5);
        await using var held = await HoldAsync(_system.Payments, "payments");
        var id = await _system.PlaceAsync("CUST-APPROVE-OFF", "CALLED-OFF", quantity: 2);
        var page = await OpenAsync(_origin, $"#/orders/{id}");
        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("Confirmed");

        await page.Tab.Locator(".drawer").GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();
        var dialog = page.Tab.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Reason").FillAsync("Changed my mind");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("cancel");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();

        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Tab.Locator(".drawer-state")).ToContainTextAsync("CancelledCUSTOMER_REQUESTED");
        await Expect(page.Tab.Locator(".timeline li.bad").Filter(new() { HasText = "Order cancelled" }))
            .ToContainTextAsync("Changed my mind");
        await Expect(page.Tab.Locator(".drawer .part[data-module=inventory]")).ToContainTextAsync("Released");
        await _system.StockBecomesAsync("CALLED-OFF", available: 5, reserved: 0, sold: 0);
    }

    [Fact]
    public async Task Filters_of_the_table_stand_in_the_address()
    {
        await _system.StockUpAsync("FILTERED", 5);
        var paid = await _system.PlaceAsync("CUST-APPROVE-FILTERED", "FILTERED");
        var failed = await _system.PlaceAsync("CUST-APPROVE-FILTERED", "FILTERED", quantity: 100);
        foreach (var id in new[] { paid, failed }) await _system.EndOfAsync(id);
        var page = await OpenAsync(_origin, "#/orders?customerId=CUST-APPROVE-FILTERED");
        var rows = page.Tab.Locator(".with-drawer tbody tr");
        await Expect(rows).ToHaveCountAsync(2);

        await page.Tab.GetByLabel("Status").SelectOptionAsync("FAILED");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync($"#{failed}");
        page.Tab.Url.ShouldEndWith("#/orders?status=FAILED&customerId=CUST-APPROVE-FILTERED");

        await page.Tab.ReloadAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(page.Tab.GetByLabel("Status")).ToHaveValueAsync("FAILED");
        await page.Tab.GetByRole(AriaRole.Button, new() { Name = "Status: FAILED" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(2);
        await page.Tab.GoBackAsync();
        await Expect(rows).ToHaveCountAsync(1);

        await page.ShowAsync("#/orders?productId=FILTERED");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(page.Tab.GetByLabel("Search for")).ToHaveValueAsync("FILTERED");
    }

    private static async Task PressScenarioAsync(ConsolePage page, string name)
    {
        await page.Tab.GetByText("Scenarios").ClickAsync();
        await page.Tab.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
    }
}
