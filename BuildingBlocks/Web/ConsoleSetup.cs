using Microsoft.AspNetCore.Builder;

namespace Fulfillment.Web;

/// <summary>Serves the operator console: the files of the host's <c>wwwroot</c>, and <c>index.html</c> at <c>/</c>.</summary>
public static class ConsoleSetup
{
    /// <summary>Serves the files with the headers of pages; an <c>ETag</c> spares a browser the files that it has already.</summary>
    public static void UseConsole(this IApplicationBuilder app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => PageSecurity.Apply(file.Context.Response) });
    }
}
