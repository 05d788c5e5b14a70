using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Operations.Unroutable;

/// <summary>
/// Lists and republishes unroutable messages. Their queue belongs to all modules, so each of them shows the same messages. A
/// module republishes the messages that were published to its own exchange.
/// </summary>
internal static class UnroutableEndpoints
{
    public static void Map<TContext>(IEndpointRouteBuilder routes)
        where TContext : DbContext
    {
        routes.MapGet("/unrouted", ListAsync)
            .WithSummary("List unroutable messages").WithDescription("The first of the queue; they stay there.")
            .Produces<UnroutableView[]>().WithQuery("limit", "Messages, 50 when absent.");
        routes.MapPost("/unrouted/republish", RepublishAsync<TContext>)
            .WithSummary("Publish the unroutable messages of this module again");
    }

    private static async Task<IResult> ListAsync(UnroutableMessages messages, HttpRequest request, CancellationToken ct)
    {
        var query = new ListQuery(request);
        if (query.After is not null) query.Errors["cursor"] = ["this list has one page, the first messages of the queue"];
        return query.Invalid is { } invalid ? invalid : TypedResults.Ok(await messages.PeekAsync(query.Limit, ct));
    }

    private static async Task<Ok<RepublishView>> RepublishAsync<TContext>(
        UnroutableMessages messages, Topology topology, ModuleDatabase<TContext> database, CancellationToken ct)
        where TContext : DbContext =>
        TypedResults.Ok(await messages.RepublishAsync(topology.Modules.Single(module => module.Name == database.Module).EventExchange, ct));
}
