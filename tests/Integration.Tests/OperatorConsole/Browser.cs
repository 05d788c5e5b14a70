using Integration.Tests.Fixture;
using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>The system's own Chromium; Playwright brings only the driver.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    internal IBrowser Chromium => _chromium ?? throw new InvalidOperationException("The browser is not started");

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Find() });
        Assertions.SetDefaultExpectTimeout((float)Eventually.Deadline.TotalMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':').SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("Chromium is missing; ./dev test installs it, or run as root: apt-get install chromium");
}

/// <summary>One browser for all classes of this collection, and one system for those that need none of their own.</summary>
[CollectionDefinition]
public sealed class ConsoleCollection : ICollectionFixture<Browser>, ICollectionFixture<OneProcess>;
