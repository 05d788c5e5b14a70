using System.Text.Json;
using Deque.AxeCore.Commons;
using Fulfillment.Integration.Tests.Fixture;
using Microsoft.Playwright;

namespace Fulfillment.Integration.Tests.OperatorConsole;

/// <summary>Every view in both themes, in a wide and a narrow window.</summary>
[Collection<ConsoleCollection>]
public sealed class Views(Browser browser, FilledSystem shared) : ConsoleTest(browser), IClassFixture<FilledSystem>
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();
    private static readonly string Screenshots = Path.Combine(Repository.Root, "artifacts", "screenshots");

    public static MatrixTheoryData<string, string, string> All { get; } = new(
        ["flow", "orders", "order", "new-order", "imports", "import", "dead-letters", "dead-letter-list", "dead-letter", "unrouted", "stock", "system"], ["light", "dark"], ["wide", "narrow"]);

    [Theory]
    [MemberData(nameof(All))]
    public async Task View_is_accessible_and_fits_the_window(string view, string theme, string width)
    {
        var look = width == "wide" ? new Look() : new Look(360, 740);
        var (address, filled) = WhereIs(view);
        var page = await OpenAsync(shared.System.Api("Order").BaseAddress!, address, look with { Theme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light });
        await Expect(page.Tab.Locator("#live")).ToHaveTextAsync("Live");
        if (view == "flow")
        {
            await shared.System.PlaceAsync("CUST-APPROVE-NOW", "PROD-002", price: 29.99m);
            await Expect(page.Tab.Locator(".flow")).Not.ToContainTextAsync("depth unknown");
        }

        await Expect(page.Tab.Locator(filled).Filter(new() { Visible = true }).First).ToBeVisibleAsync();
        await Expect(page.Tab.Locator(".loading, .unknown")).ToHaveCountAsync(0);

        (await OverflowAsync(page)).ShouldBeEmpty("nothing may be wider than the window");
        (await ViolationsAsync(page)).ShouldBeEmpty();

        // In a window as high as its content, what is fixed to an edge covers nothing.
        var height = await page.Tab.EvaluateAsync<int>("() => Math.max(...[document.scrollingElement, document.querySelector('.drawer')].map(one => (one?.scrollHeight ?? 0) + (one?.offsetTop ?? 0)))");
        await page.Tab.SetViewportSizeAsync(look.Width, Math.Max(look.Height, height));
        Directory.CreateDirectory(Screenshots);
        await page.Tab.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, $"{view}-{theme}-{width}.png") });
    }

    /// <summary>The address of a view, and what it shows when it is filled.</summary>
    private (string Address, string Filled) WhereIs(string view) => view switch
    {
        "flow" => ("#/flow", ".activity li"),
        "orders" => ("#/orders", ".with-drawer tbody tr:nth-child(12)"),
        "order" => ($"#/orders/{shared.Order}", ".timeline-total"),
        "new-order" => ("#/orders/new", "dialog form"),
        "imports" => ("#/imports", "tbody tr"),
        "import" => ($"#/imports/{shared.Import}", "[aria-label='Rejected rows'] tbody tr"),
        "dead-letters" => ("#/dead-letters", "[aria-label='Groups of Notification'] tbody tr"),
        "dead-letter-list" => ("#/dead-letters/inventory?status=OPEN", "[aria-label='Dead letters'] tbody tr:nth-child(2)"),
        "dead-letter" => ($"#/dead-letters/inventory/{shared.Letter}", "textarea"),
        "unrouted" => ("#/dead-letters/unrouted", "[aria-label='Unrouted messages'] tbody tr"),
        "stock" => ("#/stock", "tbody tr:nth-child(3)"),
        "system" => ("#/system", ".invariants > div:nth-child(4) .checks"),
        _ => throw new ArgumentOutOfRangeException(nameof(view), view, "There is no such view"),
    };

    /// <summary>What sticks out of the page to the right, unless the page is as narrow as the window.</summary>
    private static Task<string[]> OverflowAsync(ConsolePage page) => page.Tab.EvaluateAsync<string[]>(
        """
        () => document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
          .filter(element => element.getBoundingClientRect().right > innerWidth)
          .map(element => `${element.tagName}.${element.className} ends at ${element.getBoundingClientRect().right}`)
        """);

    private static async Task<IReadOnlyList<string>> ViolationsAsync(ConsolePage page)
    {
        await page.Tab.EvaluateAsync(Axe);
        var result = await page.Tab.EvaluateAsync<JsonElement>("() => axe.run({ resultTypes: ['violations'] })");
        result.GetProperty("passes").GetArrayLength().ShouldBeGreaterThan(20, "rules that were applied");
        return [.. result.GetProperty("violations").EnumerateArray().SelectMany(
            violation => violation.GetProperty("nodes").EnumerateArray(),
            (violation, node) => $"{violation.GetProperty("id")}: {node.GetProperty("html")} {node.GetProperty("failureSummary")}")];
    }
}
