using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>Every view in both themes, in a wide and a narrow window.</summary>
[Collection<ConsoleCollection>]
public sealed class ViewTests(Browser browser, FilledSystem shared) : ConsoleTest(browser), IClassFixture<FilledSystem>
{
    public static MatrixTheoryData<string, string, string> All { get; } = new(
        [
            "flow", "orders", "order", "new-order", "imports", "import", "dead-letters", "dead-letter-list", "dead-letter", "unrouted",
            "stock", "system",
        ],
        ["light", "dark"], ["wide", "narrow"]);

    [Theory]
    [MemberData(nameof(All))]
    public async Task View_is_accessible_and_fits_the_window(string view, string theme, string width)
    {
        var look = width == "wide" ? new Look() : new Look(360, 740);
        var (address, filled) = WhereIs(view);
        var page = await OpenAsync(
            shared.System.Api("Order").BaseAddress!, address, look with { Theme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light });
        await Expect(page.Tab.Locator("#live")).ToHaveTextAsync("Live");
        if (view == "flow")
        {
            await shared.System.PlaceAsync("CUST-APPROVE-NOW", "PROD-002", price: 29.99m);
            await Expect(page.Tab.Locator(".flow")).Not.ToContainTextAsync("depth unknown");
        }

        await Expect(page.Tab.Locator(filled).Filter(new() { Visible = true }).First).ToBeVisibleAsync();
        await Expect(page.Tab.Locator(".loading, .unknown")).ToHaveCountAsync(0);

        await page.ShouldBeAccessibleAsync();

        await page.PictureAsync($"{view}-{theme}-{width}");
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
        "dead-letter" => ($"#/dead-letters/inventory/{shared.DeadLetter}", "textarea"),
        "unrouted" => ("#/dead-letters/unrouted", "[aria-label='Unroutable messages'] tbody tr"),
        "stock" => ("#/stock", "tbody tr:nth-child(3)"),
        "system" => ("#/system", ".invariants > div:nth-child(4) .checks"),
        _ => throw new ArgumentOutOfRangeException(nameof(view), view, "There is no such view"),
    };
}
