using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfillment.Operations.Unroutable;

/// <summary>
/// Lists and republishes unroutable messages. Their queue belongs to all modules, so each of them shows the same messages. A
/// module republishes the messages that were published to its own exchange.
/// </summary>
internal static class UnroutableEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/unrouted", ListAsync)
            .WithSummary("List unroutable messages").WithDescription("The first of the queue; they stay there.")
            .Produces<UnroutableView[]>().WithQuery("limit", "Messages, 50 when absent.");
        routes.MapPost("/unrouted/republish", RepublishAsync)
            .WithSummary("Publish the unroutable messages of this module again");
    }

    private static async Task<IResult> ListAsync(UnroutableMessages messages, HttpRequest request, CancellationToken ct)
    {
        var query = new ListQuery(request);
        if (query.After is not null) query.Errors["cursor"] = ["this list has one page, the first messages of the queue"];
        return query.Invalid is { } invalid ? invalid : TypedResults.Ok(await messages.PeekAsync(query.Limit, ct));
    }

    private static async Task<Ok<RepublishView>> RepublishAsync(UnroutableMessages messages, RoutedModule module, CancellationToken ct) =>
        TypedResults.Ok(await messages.RepublishAsync(module.Topology.EventExchange, ct));
}
