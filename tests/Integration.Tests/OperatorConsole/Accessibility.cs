using System.Text.Json;
using Deque.AxeCore.Commons;

namespace Integration.Tests.OperatorConsole;

/// <summary>What axe and the window say of a page as it is shown now.</summary>
internal static class Accessibility
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    public static async Task ShouldBeAccessibleAsync(this ConsolePage page)
    {
        (await WiderThanTheWindowAsync(page)).ShouldBeEmpty();
        (await ViolationsAsync(page)).ShouldBeEmpty();
    }

    /// <summary>What sticks out to the right, unless the page is as narrow as the window.</summary>
    private static Task<string[]> WiderThanTheWindowAsync(ConsolePage page) => page.Tab.EvaluateAsync<string[]>(
        """
        () => document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
          .filter(element => element.getBoundingClientRect().right > innerWidth)
          .map(element => `${element.tagName}.${element.className} ends at ${element.getBoundingClientRect().right}`)
        """);

    private static async Task<IReadOnlyList<string>> ViolationsAsync(ConsolePage page)
    {
        await page.Tab.EvaluateAsync(Axe);
        var result = await page.Tab.EvaluateAsync<JsonElement>("() => axe.run({ resultTypes: ['violations'] })");
        result.GetProperty("passes").GetArrayLength().ShouldBeGreaterThan(10, "rules that found something to check");
        return [.. result.GetProperty("violations").EnumerateArray().SelectMany(
            violation => violation.GetProperty("nodes").EnumerateArray(),
            (violation, node) => $"{violation.GetProperty("id")}: {node.GetProperty("html")} {node.GetProperty("failureSummary")}")];
    }
}
