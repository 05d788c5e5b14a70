using Fulfillment.BuildingBlocks.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.BuildingBlocks.Operations.Unrouted;

/// <summary>Lists and republishes what no queue wanted. The queue belongs to all modules, so each of them shows the same.</summary>
internal static class UnroutedEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/unrouted", ListAsync);
        routes.MapPost("/unrouted/republish", RepublishAsync);
    }

    private static async Task<IResult> ListAsync(UnroutedMessages messages, HttpRequest request, CancellationToken ct)
    {
        var (page, errors) = Page.Read(request);
        if (page.After is not null) errors["cursor"] = ["this list has one page, the first messages of the queue"];
        return errors.Count > 0 ? Problems.Invalid(errors) : TypedResults.Ok(await messages.PeekAsync(page.Limit, ct));
    }

    private static async Task<Ok<RepublishView>> RepublishAsync(UnroutedMessages messages, CancellationToken ct) =>
        TypedResults.Ok(await messages.RepublishAsync(ct));
}
