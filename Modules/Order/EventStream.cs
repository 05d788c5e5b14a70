using System.Text.Json;
using Fulfillment.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Fulfillment.Order;

/// <summary>
/// Server-sent events to one client. A client that reads slowly makes its writer wait, so a writer keeps only its next event. The
/// stream ends when the process stops; clients connect again, to another process.
/// </summary>
internal sealed class EventStream
{
    private const int MaxStreams = 200;
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);
    private static int _open;
    private readonly HttpResponse _response;
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _time;
    private long _lastSent;

    private EventStream(HttpContext http)
    {
        _response = http.Response;
        _json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        _time = http.RequestServices.GetRequiredService<TimeProvider>();
        _lastSent = _time.GetTimestamp();
    }

    /// <summary>Sends a stream that lasts as long as its writer.</summary>
    /// <param name="write">Writes to the stream until its token is cancelled, or all events are sent.</param>
    public static IResult Of(Func<EventStream, CancellationToken, Task> write) => new Answer(write);

    /// <summary>Sends an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="data">Its data, which becomes one line of JSON.</param>
    /// <param name="id">Position from which a client continues after it has lost its connection; null for none.</param>
    /// <param name="ct">Ends the stream.</param>
    public Task SendAsync<T>(string name, T data, string? id, CancellationToken ct) =>
        WriteAsync($"{(id is null ? "" : $"id: {id}\n")}event: {name}\ndata: {JsonSerializer.Serialize(data, _json)}\n\n", ct);

    /// <summary>Sends a comment when nothing was sent for a while, so that no proxy takes the connection for a dead one.</summary>
    public Task KeepAliveAsync(CancellationToken ct) =>
        _time.GetElapsedTime(_lastSent) < PingInterval ? Task.CompletedTask : WriteAsync(": ping\n\n", ct);

    private async Task WriteAsync(string text, CancellationToken ct)
    {
        await _response.WriteAsync(text, ct);
        await _response.Body.FlushAsync(ct);
        _lastSent = _time.GetTimestamp();
    }

    private sealed class Answer(Func<EventStream, CancellationToken, Task> write) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            try
            {
                if (Interlocked.Increment(ref _open) <= MaxStreams) await StreamAsync(httpContext);
                else await Full.ExecuteAsync(httpContext);
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }

        private static ProblemHttpResult Full => Problems.Unavailable(
            "TOO_MANY_STREAMS", $"This process sends to {MaxStreams} listeners already.");

        private async Task StreamAsync(HttpContext httpContext)
        {
            var stopping = httpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
            var headers = httpContext.Response.Headers;
            headers.ContentType = "text/event-stream";
            headers.CacheControl = "no-store";
            headers["X-Accel-Buffering"] = "no";
            httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            try
            {
                // The headers go out at once: a client that waits for them would not know that it is connected.
                await httpContext.Response.Body.FlushAsync(end.Token);
                await write(new EventStream(httpContext), end.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // The client has left, or the process stops.
            }
        }
    }
}
