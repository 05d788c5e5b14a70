using Carter;
using Fulfillment.Messaging;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Order.WatchOrders;

/// <summary>Live events of the whole system, at most four messages a second.</summary>
public sealed class StreamEndpoint : ICarterModule
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public void AddRoutes(IEndpointRouteBuilder app) => app.MapGet("/api/orders/stream", Watch).WithTags("Orders")
        .WithSummary("Watch all events")
        .WithDescription(
            "Server-sent events, at most four a second: 'activity' with numbers by type of event "
            + "and the newest orders that they were about.")
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream").ProducesErrors(503, "TOO_MANY_STREAMS");

    private static IResult Watch(LiveEventFeed events, TimeProvider time) => EventStream.Of(async (stream, end) =>
    {
        var activity = new Activity(time);
        using var watching = events.Watch(activity.Add);
        while (true)
        {
            await Task.Delay(Interval, time, end);
            if (activity.Take() is { } view) await stream.SendAsync("activity", view, id: null, end);
            else await stream.KeepAliveAsync(end);
        }
    });
}
