using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fulfillment.Web;

/// <summary>
/// Headers of pages and their parts: nothing may come from elsewhere, and a browser asks for a newer copy before it uses its own.
/// </summary>
internal static class PageSecurity
{
    /// <summary>Everything from this origin, nothing inline, and no frame of another site around it.</summary>
    public const string Policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void Apply(HttpResponse response, string policy = Policy)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
    }

    /// <summary>Serves the operator console: the files of the host's <c>wwwroot</c>, and <c>index.html</c> at <c>/</c>.</summary>
    public static void UseConsole(this IApplicationBuilder app)
    {
        app.UseDefaultFiles();
        // An ETag spares a browser the files that it has already.
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => Apply(file.Context.Response) });
    }
}
