using System.Text.RegularExpressions;
using Integration.Tests.Gateway;
using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>Four processes behind the gateway, one of which goes and comes back.</summary>
[Collection<ConsoleCollection>]
public sealed class LostModuleTests(Browser browser, BehindGateway shared) : ConsoleTest(browser), IClassFixture<BehindGateway>
{
    [Fact]
    public async Task Part_of_a_module_that_is_stopped_turns_grey_and_says_since_when_until_it_is_back()
    {
        var page = await OpenAsync(shared.Gateway.Http.BaseAddress!, "#/system");
        var corner = page.Tab.Locator("#live");
        ILocator Card(string name) => page.Tab.Locator(".cards .part").And(page.Tab.Locator($"[data-module={name}]"));
        ILocator Node(string name) => page.Tab.Locator("svg .node").Filter(new() { HasText = name });
        await Expect(corner).ToHaveTextAsync("Live");
        await Expect(Card("payment")).ToContainTextAsync("Instances");

        page.Expect("/api/payments", 502, 503, 504);
        await shared.StopAsync("Payment");

        await Expect(corner).ToHaveTextAsync("Payment away");
        await Expect(Card("payment"))
            .ToContainTextAsync(new Regex(@"Payment has not answered for \d+ (s|min).*what you see is from before"));
        await Expect(Card("payment")).ToHaveClassAsync("part stale");
        (await Card("payment").Locator("> :not(.part-note)").First.EvaluateAsync<string>("element => getComputedStyle(element).filter"))
            .ShouldBe("grayscale(1)");
        await Expect(Card("order")).ToHaveClassAsync("part");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("lost-module-system");
        await page.ShowAsync("#/flow");
        await Expect(Node("Payment")).ToContainTextAsync(new Regex(@"away for \d+ (s|min)"));
        await Expect(Node("Payment")).ToHaveClassAsync(new Regex("stale"));
        await Expect(Node("Inventory")).ToContainTextAsync("1 instance");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("lost-module-flow");

        await shared.StartAgainAsync("Payment");

        await Expect(corner).ToHaveTextAsync("Live");
        await Expect(Node("Payment")).Not.ToHaveClassAsync(new Regex("stale"));
        await page.ShowAsync("#/system");
        await Expect(Card("payment")).ToHaveClassAsync("part");
        await Expect(Card("payment").Locator(".part-note")).ToBeHiddenAsync();
    }
}
