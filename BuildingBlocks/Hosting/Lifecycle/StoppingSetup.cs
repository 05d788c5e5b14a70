using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fulfillment.Hosting.Lifecycle;

/// <summary>HTTP while the process stops.</summary>
public static class StoppingSetup
{
    /// <summary>
    /// Ends the connection with every response after SIGTERM, so that clients send their next request to another process.
    /// </summary>
    public static void UseConnectionCloseWhenStopping(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        app.Use((http, next) =>
        {
            // Decided when the response begins: the request may have come before the signal.
            http.Response.OnStarting(() =>
            {
                if (stopping.IsCancellationRequested) http.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
            return next(http);
        });
    }
}
