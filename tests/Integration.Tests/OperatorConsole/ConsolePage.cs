using System.Collections.Concurrent;
using Integration.Tests.Fixture;
using Microsoft.Playwright;

namespace Integration.Tests.OperatorConsole;

/// <summary>Size and theme of a browser window that shows the console.</summary>
/// <param name="Width">Width of the window in pixels.</param>
/// <param name="Height">Its height.</param>
/// <param name="Theme">Theme of the system.</param>
internal sealed record Look(int Width = 1440, int Height = 900, ColorScheme Theme = ColorScheme.Light);

/// <summary>The console in a tab of its own, and everything that went wrong in it.</summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    private readonly Uri _origin;
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentBag<(string Path, int[] Statuses)> _expected = [];

    private ConsolePage(Uri origin, IBrowserContext context, IPage tab)
    {
        (_origin, _context, Tab) = (origin, context, tab);
        tab.Console += (_, message) =>
        {
            // What could not be loaded is judged by its status.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                Complain($"console: {message.Text}");
        };
        tab.PageError += (_, error) => Complain($"error of the page: {error}");
        tab.Crash += (_, _) => Complain("the page crashed");
        tab.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(origin.AbsoluteUri, StringComparison.Ordinal))
                Complain($"request to another origin: {request.Url}");
        };
        tab.RequestFailed += (_, request) =>
        {
            // The page itself gives up what it does not need any more.
            if (request.Failure != "net::ERR_ABORTED") Complain($"request failed: {request.Method} {request.Url}: {request.Failure}");
        };
        tab.Response += (_, response) =>
        {
            if (response.Status >= 400 && !IsExpected(response)) Complain($"{response.Status}: {response.Request.Method} {response.Url}");
        };
    }

    public IPage Tab { get; }

    /// <summary>Errors of the console and the page, failed requests, and requests to other origins.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Opens the console.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="origin">Where it is served.</param>
    /// <param name="view">For example <c>#/orders</c>.</param>
    /// <param name="look">How it is looked at.</param>
    public static async Task<ConsolePage> OpenAsync(IBrowser browser, Uri origin, string view, Look? look = null)
    {
        look ??= new Look();
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = origin.AbsoluteUri, Locale = "en-GB", TimezoneId = "UTC", ReducedMotion = ReducedMotion.Reduce,
            ColorScheme = look.Theme,
            ViewportSize = new() { Width = look.Width, Height = look.Height },
        });
        context.SetDefaultTimeout((float)Eventually.Deadline.TotalMilliseconds);
        var page = new ConsolePage(origin, context, await context.NewPageAsync());
        var answer = await page.Tab.GotoAsync($"/{view}");
        (await answer!.HeaderValueAsync("content-security-policy"))
            .ShouldNotBeNullOrEmpty("without a policy, what breaks it would not show");
        return page;
    }

    /// <summary>From now on the server may refuse what lies below a path, because the test makes it do so.</summary>
    public void Expect(string path, params int[] statuses) => _expected.Add((path, statuses));

    /// <summary>Goes to another view, as a link does.</summary>
    public Task ShowAsync(string view) => Tab.EvaluateAsync("view => { location.hash = view; }", view);

    /// <summary>Leaves a picture of all of the page in artifacts/screenshots, for people.</summary>
    public async Task PictureAsync(string name)
    {
        // In a window as high as its content, what is fixed to an edge covers nothing.
        var (width, height) = (Tab.ViewportSize!.Width, Tab.ViewportSize.Height);
        var content = await Tab.EvaluateAsync<int>(
            "() => Math.max(...[document.scrollingElement, document.querySelector('.drawer')]"
            + ".map(one => one ? one.scrollHeight + one.offsetTop : 0))");
        await Tab.SetViewportSizeAsync(width, Math.Max(height, content));
        await Tab.ScreenshotAsync(new() { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", $"{name}.png") });
        await Tab.SetViewportSizeAsync(width, height);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private void Complain(string what) => _complaints.Enqueue(what);

    private bool IsExpected(IResponse response) => _expected.Any(expected =>
        new Uri(response.Url).AbsolutePath.StartsWith(expected.Path, StringComparison.Ordinal)
            && expected.Statuses.Contains(response.Status));
}
