using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Looks at the dead letters of a module, and deletes them.</summary>
internal static class DeadLetterEndpoints
{
    public static void Map<TContext>(IEndpointRouteBuilder routes)
        where TContext : DbContext
    {
        routes.MapGet("/dead-letters", ListAsync<TContext>)
            .WithSummary("List dead letters").WithDescription("Newest first.").Produces<DeadLetterView[]>()
            .WithQuery("queue", "In which they failed.").WithQuery("exceptionType", "Type of the exception.")
            .WithQuery("eventType", "Event of the queue.").WithQuery("orderId", "Of one order.")
            .WithQuery("status", "OPEN, QUEUED or REPLAYED.");
        routes.MapGet("/dead-letters/groups", GroupsAsync<TContext>)
            .WithSummary("Group open dead letters").WithDescription("By the way in which they failed.").Produces<DeadLetterGroupView[]>()
            .WithQuery("limit", "Groups, 50 when absent.");
        routes.MapGet("/dead-letters/{id:long}", GetAsync<TContext>)
            .WithSummary("Show a dead letter").WithDescription("With body, headers and stack.").Produces<DeadLetterDetail>();
        routes.MapDelete("/dead-letters/{id:long}", DeleteAsync<TContext>)
            .WithSummary("Delete a dead letter").Produces(StatusCodes.Status204NoContent).ProducesErrors(409, "ALREADY_QUEUED");
    }

    public static IResult NotFound(long id) => Problems.NotFound($"There is no dead letter {id}.");

    private static async Task<IResult> ListAsync<TContext>(IDbContextFactory<TContext> contexts, ListQuery query, CancellationToken ct)
        where TContext : DbContext
    {
        var before = query.Before();
        var filter = new ReplayFilter(query.Text("queue"), query.Text("exceptionType"), query.Text("eventType"), query.Number("orderId"));
        var status = query.Enum<DeadLetterStatus>("status");
        if (query.Invalid is { } invalid) return invalid;

        await using var db = await contexts.CreateDbContextAsync(ct);
        var deadLetters = db.Set<DeadLetter>().AsNoTracking().Where(deadLetter => deadLetter.Id < before).Matching(filter);
        if (status is { } wanted) deadLetters = deadLetters.Where(deadLetter => deadLetter.Status == wanted);
        var rows = await deadLetters.OrderByDescending(deadLetter => deadLetter.Id).Take(query.Limit + 1).Views().ToListAsync(ct);
        return query.Answer(rows, deadLetter => deadLetter.Id);
    }

    private static async Task<IResult> GroupsAsync<TContext>(
        IDbContextFactory<TContext> contexts, HttpRequest request, CancellationToken ct)
        where TContext : DbContext
    {
        var query = new ListQuery(request);
        if (query.After is not null) query.Errors["cursor"] = ["this list has one page, the largest groups"];
        if (query.Invalid is { } invalid) return invalid;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return TypedResults.Ok(await db.Set<DeadLetter>().AsNoTracking().GroupsAsync(query.Limit, ct));
    }

    private static async Task<IResult> GetAsync<TContext>(long id, IDbContextFactory<TContext> contexts, CancellationToken ct)
        where TContext : DbContext
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Set<DeadLetter>().AsNoTracking().FirstOrDefaultAsync(deadLetter => deadLetter.Id == id, ct) is { } deadLetter
            ? TypedResults.Ok(DeadLetterDetail.From(deadLetter))
            : NotFound(id);
    }

    private static async Task<IResult> DeleteAsync<TContext>(long id, IDbContextFactory<TContext> contexts, CancellationToken ct)
        where TContext : DbContext
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var deleted = await db.Set<DeadLetter>()
            .Where(deadLetter => deadLetter.Id == id && deadLetter.Status != DeadLetterStatus.Queued).ExecuteDeleteAsync(ct);
        if (deleted > 0) return TypedResults.NoContent();
        return await db.Set<DeadLetter>().AnyAsync(deadLetter => deadLetter.Id == id, ct)
            ? Problems.Conflict("ALREADY_QUEUED", $"Dead letter {id} is about to be replayed and cannot be deleted.")
            : NotFound(id);
    }
}
