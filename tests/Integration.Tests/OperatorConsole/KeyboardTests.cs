using Integration.Tests.Fixture;
using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>The console without a mouse.</summary>
[Collection<ConsoleCollection>]
public sealed class KeyboardTests(Browser browser, OneProcess shared) : ConsoleTest(browser)
{
    [Fact]
    public async Task Views_are_reached_and_an_order_is_placed_with_keys_only()
    {
        await shared.System.StockUpAsync("TYPED", 5);
        var page = await OpenAsync(shared.System.Api("Order").BaseAddress!, "#/flow");
        page.Expect("/api/inventory/products/TYPED", 404); // no catalogue has it, so nothing knows its price
        var tab = page.Tab;
        (string Link, string Heading)[] views =
        [
            ("Imports", "Imports"), ("Dead letters", "Dead letters"), ("Stock", "Stock"), ("System", "System"), ("Orders", "Orders"),
        ];
        foreach (var (link, heading) in views)
        {
            await TabToAsync(page, tab.Locator("nav[aria-label=Views]").GetByRole(AriaRole.Link, new() { Name = link }));
            await tab.Keyboard.PressAsync("Enter");
            await Expect(tab.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 })).ToBeVisibleAsync();
            await Expect(tab.Locator("main")).ToBeFocusedAsync();
        }

        await TabToAsync(page, tab.GetByRole(AriaRole.Link, new() { Name = "New order" }).First);
        await tab.Keyboard.PressAsync("Enter");
        var form = tab.GetByRole(AriaRole.Dialog);
        await Expect(form.GetByLabel("Customer")).ToBeFocusedAsync();
        (string Field, string Value)[] fields =
        [
            ("Customer", "CUST-APPROVE-TYPED"), ("Product", "TYPED"), ("Name", "Thing"), ("Quantity", "2"), ("Price", "3.50"),
        ];
        foreach (var (field, value) in fields)
        {
            await TabToAsync(page, form.GetByLabel(field));
            await tab.Keyboard.PressAsync("Control+A");
            await tab.Keyboard.TypeAsync(value);
        }

        await TabToAsync(page, form.GetByRole(AriaRole.Button, new() { Name = "Place the order" }));
        await tab.Keyboard.PressAsync("Enter");

        await Expect(tab.Locator(".drawer-state")).ToContainTextAsync("Completed");
        await Expect(tab.Locator(".drawer .lines")).ToContainTextAsync("2 × Thing TYPED7.00");
        await tab.Keyboard.PressAsync("Escape");
        await Expect(tab.Locator(".drawer")).ToBeHiddenAsync();
        await shared.System.StockBecomesAsync("TYPED", available: 3, reserved: 0, sold: 2);
    }

    /// <summary>
    /// Presses Tab until an element has the focus, and checks that the focus is visible.
    /// Every element that can have the focus has had it before this fails.
    /// </summary>
    private static async Task TabToAsync(ConsolePage page, ILocator wanted)
    {
        await Expect(wanted).ToBeVisibleAsync();
        for (var presses = 0; presses < 200; presses++)
        {
            if (await wanted.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                (await wanted.EvaluateAsync<string>("element => getComputedStyle(element).outlineStyle"))
                    .ShouldBe("solid", "who has the focus must be seen");
                return;
            }

            await page.Tab.Keyboard.PressAsync("Tab");
        }

        throw new InvalidOperationException($"Tab never reaches {wanted}");
    }
}
