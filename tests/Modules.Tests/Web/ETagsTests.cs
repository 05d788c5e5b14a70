using Fulfillment.Web;
using Microsoft.AspNetCore.Http;

namespace Modules.Tests.Web;

public sealed class ETagsTests
{
    private static readonly DateTimeOffset Version = new(2026, 1, 15, 22, 43, 6, TimeSpan.Zero);

    [Fact]
    public void A_resource_comes_with_its_tag()
    {
        var (status, tag) = Get(null, Version);

        status.ShouldBe(200);
        tag.ShouldMatch("^\"[0-9a-f]+\"$");
    }

    [Fact]
    public void A_resource_that_is_known_is_not_sent_again()
    {
        var (_, tag) = Get(null, Version);

        Get(tag, Version).Status.ShouldBe(304);
        Get($"W/{tag}", Version).Status.ShouldBe(304);
        Get($"\"other\", {tag}", Version).Status.ShouldBe(304);
        Get("*", Version).Status.ShouldBe(304);
    }

    [Fact]
    public void A_resource_that_has_changed_is_sent_again()
    {
        var (_, tag) = Get(null, Version);

        var (status, changed) = Get(tag, Version.AddMicroseconds(1));

        status.ShouldBe(200);
        changed.ShouldNotBe(tag);
    }

    private static (int? Status, string Tag) Get(string? ifNoneMatch, DateTimeOffset version)
    {
        var http = new DefaultHttpContext();
        if (ifNoneMatch is not null) http.Request.Headers.IfNoneMatch = ifNoneMatch;
        var answer = ETags.Answer(http, "resource", version);
        return (((IStatusCodeHttpResult)answer).StatusCode, http.Response.Headers.ETag.ToString());
    }
}
