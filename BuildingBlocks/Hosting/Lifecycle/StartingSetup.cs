using Fulfillment.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>What HTTP does while the process starts.</summary>
public static class StartingSetup
{
    // What is not there by then is away, and the request is told so.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Lets requests of the API wait for the databases when they were away at the first look: a process listens then, and gets requests wherever nobody
    /// asks its probes, as with Docker Compose.
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
