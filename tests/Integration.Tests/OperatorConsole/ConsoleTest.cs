using Integration.Tests.Fixture;
using Microsoft.Playwright;
using Npgsql;

namespace Integration.Tests.OperatorConsole;

/// <summary>Fails a test in whose pages anything went wrong that the test did not want.</summary>
public abstract class ConsoleTest(Browser browser) : SystemTest
{
    private readonly List<ConsolePage> _pages = [];

    internal async Task<ConsolePage> OpenAsync(Uri origin, string view, Look? look = null)
    {
        var page = await ConsolePage.OpenAsync(browser.Chromium, origin, view, look);
        _pages.Add(page);
        return page;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var page in _pages) await page.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
        _pages.SelectMany(page => page.Complaints).ShouldBeEmpty();
    }

    private protected static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private protected static IPageAssertions Expect(IPage page) => Assertions.Expect(page);

    /// <summary>Blocks writes to a table until the result is disposed of, so that a step lasts as long as the test needs it.</summary>
    private protected static async Task<IAsyncDisposable> HoldAsync(Database database, string table)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // A name of the tests.
        await using var hold = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE", connection);
#pragma warning restore CA2100
        await hold.ExecuteNonQueryAsync();
        return connection;
    }
}
