using System.Text.RegularExpressions;
using Integration.Tests.Fixture;
using Integration.Tests.Imports;
using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>A catalogue with mistakes, from the choice of the file to the file of its errors.</summary>
[Collection<ConsoleCollection>]
public sealed partial class ImportTests(Browser browser, OneProcess shared) : ConsoleTest(browser)
{
    [Fact]
    public async Task Catalogue_is_looked_at_imported_found_again_and_its_errors_are_downloaded()
    {
        var prefix = Catalogue.NewPrefix();
        var file = Catalogue.Of(prefix, 2_000, n => n switch
        {
            3 => Catalogue.Line(prefix, n, price: "cheap"),
            5 or 7 => Catalogue.Line(prefix, n, stock: "-1"),
            _ => null,
        });
        var page = await OpenAsync(shared.System.Api("Inventory").BaseAddress!, "#/imports");
        var tab = page.Tab;

        await tab.Locator("#catalogue")
            .SetInputFilesAsync(new FilePayload { Name = "catalogue.csv", MimeType = "text/csv", Buffer = Catalogue.Bytes(file) });
        await Expect(tab.Locator(".chip")).ToHaveCountAsync(13);
        await Expect(tab.Locator(".chip.key")).ToHaveTextAsync("Internal ID key");
        var first = tab.GetByRole(AriaRole.Region, new() { Name = "First rows of the file" });
        await Expect(first.Locator("tbody tr")).ToHaveCountAsync(8);
        await Expect(first.Locator("tbody tr").First).ToContainTextAsync("Name of 1, with a comma");

        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("import-preview");

        var job = tab.Locator("section.panel").Filter(new() { HasText = "Rejected rows" });
        await using (await HoldAsync(shared.System.Inventory, "products"))
        {
            await tab.GetByRole(AriaRole.Button, new() { Name = "Start the import" }).ClickAsync();
            await Expect(tab).ToHaveURLAsync(new Regex(@"#/imports/\d+$"));
            await Expect(job).ToContainTextAsync("Running");
            await Expect(job).ToContainTextAsync("of 2,000 rows");
            await page.ShouldBeAccessibleAsync();
            await page.PictureAsync("import-running");

            await tab.ReloadAsync();
            await Expect(job).ToContainTextAsync("Running");
            await tab.GotoAsync("/#/imports");
            await tab.ReloadAsync();
            await tab.Locator("tr").Filter(new() { HasText = "catalogue.csv" }).First.GetByRole(AriaRole.Link).ClickAsync();
            await Expect(job).ToContainTextAsync("Running");
        }

        await Expect(job.Locator(".drawer-state")).ToContainTextAsync("Completed");
        await Expect(job).ToContainTextAsync("2,000 of 2,000 rows");
        await Expect(job.Locator(".codes li")).ToHaveTextAsync(["NEGATIVE_STOCK2", "INVALID_PRICE1"]);
        var rejected = tab.GetByRole(AriaRole.Region, new() { Name = "Rejected rows" }).Locator("tbody tr");
        await Expect(rejected).ToHaveCountAsync(3);
        await job.GetByRole(AriaRole.Link, new() { Name = "INVALID_PRICE" }).ClickAsync();
        await Expect(rejected).ToHaveCountAsync(1);
        await Expect(rejected).ToContainTextAsync("cheap");

        var download = await tab.RunAndWaitForDownloadAsync(
            () => job.GetByRole(AriaRole.Link, new() { Name = "Download all 3 rejected rows" }).ClickAsync());
        using var content = new StreamReader(await download.CreateReadStreamAsync());
        var lines = (await content.ReadToEndAsync()).TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        lines[0].ShouldBe($"{Catalogue.Full},_row,_column,_code,_error");
        lines.Skip(1).Select(line => Mistake().Match(line).Value).Order()
            .ShouldBe([",4,Price,INVALID_PRICE,", ",6,Stock,NEGATIVE_STOCK,", ",8,Stock,NEGATIVE_STOCK,"]);
        download.SuggestedFilename.ShouldEndWith(".csv");
        (await new ImportApi(shared.System).ProductsAsync(prefix)).Count.ShouldBe(1_997);
    }

    [GeneratedRegex(@",\d+,\w+,[A-Z]+_[A-Z]+,")]
    private static partial Regex Mistake();
}
