using Fulfillment.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>HTTP while the process starts.</summary>
public static class StartingSetup
{
    // A database that is missing after this time is unavailable, and the request fails with 503.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Lets requests of the API wait for the databases when these were unavailable at the first look. The process listens then,
    /// and gets requests from gateways that do not ask its probes, as with Docker Compose.
    /// </summary>
    public static void UseWaitWhileStarting(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var found = app.Services.GetRequiredService<Startup>().DatabasesReady;
        app.Use(async (http, next) =>
        {
            if (!found.IsCompletedSuccessfully && http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
                await found.WaitAsync(Timeout, http.RequestAborted);
            await next(http);
        });
    }
}
