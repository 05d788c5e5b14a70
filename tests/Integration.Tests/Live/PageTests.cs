using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;

namespace Integration.Tests.Live;

/// <summary>What browsers get that is no API.</summary>
[Collection<OneProcessCollection>]
public sealed partial class PageTests(OneProcess shared) : SystemTest
{
    private readonly HttpClient _http = shared.System.Api("Order");

    [Fact]
    public async Task Console_is_at_the_root_and_may_take_nothing_from_elsewhere()
    {
        using var page = await GetAsync("/");

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        ShouldBeSecure(page);
        using var same = await GetAsync("/", page.Headers.ETag);
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var styles = await GetAsync("/errors.css");
        styles.Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
        ShouldBeSecure(styles);
    }

    [Fact]
    public async Task Type_of_an_error_leads_to_a_page_about_it()
    {
        using var missing = await GetAsync("/api/orders/99999999");
        var type = TypeOf().Match(await missing.Content.ReadAsStringAsync()).Groups[1].Value;

        using var page = await GetAsync(type);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        ShouldBeSecure(page);
        var html = await page.Content.ReadAsStringAsync();
        html.ShouldContain("<code>NOT_FOUND</code>");
        html.ShouldContain("What to do");
        using var list = await GetAsync("/errors");
        (await list.Content.ReadAsStringAsync()).ShouldContain("<a href=\"/errors/ORDER_ENDED\">");
        using var unknown = await GetAsync("/errors/NONE_SUCH");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static void ShouldBeSecure(HttpResponseMessage page)
    {
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'self';");
        page.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        return await _http.SendAsync(request);
    }

    [GeneratedRegex("\"type\":\"([^\"]+)\"")]
    private static partial Regex TypeOf();
}
