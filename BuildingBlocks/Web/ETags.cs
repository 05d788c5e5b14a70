using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Fulfillment.Web;

/// <summary>Conditional reads of single resources.</summary>
public static class ETags
{
    /// <summary>200 with an <c>ETag</c> made of the version, or 304 when <c>If-None-Match</c> has it already.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="version">Time of its last change.</param>
    public static IResult Answer<T>(HttpContext http, T resource, DateTimeOffset version)
    {
        var tag = new EntityTagHeaderValue($"\"{version.UtcTicks.ToString("x", CultureInfo.InvariantCulture)}\"");
        http.Response.Headers.ETag = tag.ToString();
        var known = http.Request.GetTypedHeaders().IfNoneMatch;
        return known.Any(candidate => candidate.Equals(EntityTagHeaderValue.Any) || candidate.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(resource);
    }
}
