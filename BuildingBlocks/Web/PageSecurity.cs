using Microsoft.AspNetCore.Http;

namespace Fulfillment.Web;

/// <summary>
/// Headers of pages and their parts: nothing may come from elsewhere, and a browser asks for a newer copy before it uses its own.
/// </summary>
public static class PageSecurity
{
    /// <summary>Everything from this origin, nothing inline, and no frame of another site around it.</summary>
    public const string Policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Sets the headers.</summary>
    /// <param name="response">The response.</param>
    /// <param name="policy">Its policy, if it needs another one.</param>
    public static void Apply(HttpResponse response, string policy = Policy)
    {
        ArgumentNullException.ThrowIfNull(response);
        var headers = response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
    }
}
