using System.Globalization;
using Carter;
using Fulfillment.Core;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Order.FollowOrder;

/// <summary>The history of an order: all of it, and live until the order has ended.</summary>
public sealed class FollowEndpoints : ICarterModule
{
    // Most orders end within a second. A longer-lived order waits for a dependency and is polled less often.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1);
    private const int SoonLooks = 50;

    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/orders/{orderId:long}/timeline", ShowAsync).WithTags("Orders")
            .WithSummary("Show what happened to an order").WithDescription("Oldest first, with the time between entries.")
            .Produces<TimelineEntry[]>();
        app.MapGet("/api/orders/{orderId:long}/events", FollowAsync).WithTags("Orders")
            .WithSummary("Follow an order")
            .WithDescription(
                "Server-sent events: 'timeline' with an entry of the timeline as data, and 'end' after the one that ends the order. "
                + "Last-Event-ID goes on from there.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream").ProducesErrors(503, "TOO_MANY_STREAMS");
    }

    private static async Task<IResult> ShowAsync(long orderId, Timeline timeline, CancellationToken ct) =>
        await timeline.ReadAsync(orderId, ct) is { Count: > 0 } entries ? TypedResults.Ok(entries) : NotFound(orderId);

    private static async Task<IResult> FollowAsync(
        long orderId, HttpRequest request, Timeline timeline, TimeProvider time, CancellationToken ct)
    {
        var entries = await timeline.ReadAsync(orderId, ct);
        if (entries.Count == 0) return NotFound(orderId);
        // A Last-Event-ID that is not a number is ignored, and the full history is sent.
        _ = long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        return EventStream.Of((stream, end) => SendAsync(stream, orderId, last, timeline, time, end));
    }

    private static async Task SendAsync(
        EventStream stream, long orderId, long last, Timeline timeline, TimeProvider time, CancellationToken end)
    {
        for (var look = 0; ; look++)
        {
            if (await TryReadAsync(timeline, orderId, end) is { } entries)
            {
                foreach (var entry in entries.Where(entry => entry.Id > last))
                {
                    await stream.SendAsync("timeline", entry, entry.Id.ToString(CultureInfo.InvariantCulture), end);
                    last = entry.Id;
                }

                if (entries.Any(entry => entry.Status.IsTerminal()))
                {
                    await stream.SendAsync("end", new { orderId, entries[^1].Status }, id: null, end);
                    return;
                }
            }

            await stream.KeepAliveAsync(end);
            await Task.Delay(look < SoonLooks ? Soon : Later, time, end);
        }
    }

    /// <summary>
    /// Null while the database is unavailable: the stream stays open and sends the next entries when the database is back.
    /// </summary>
    private static async Task<IReadOnlyList<TimelineEntry>?> TryReadAsync(Timeline timeline, long orderId, CancellationToken end)
    {
        try
        {
            return await timeline.ReadAsync(orderId, end);
        }
        catch (Exception e) when (!end.IsCancellationRequested && TransientErrors.Is(e))
        {
            return null;
        }
    }

    private static ProblemHttpResult NotFound(long orderId) => Problems.NotFound($"There is no order {orderId}.");
}
