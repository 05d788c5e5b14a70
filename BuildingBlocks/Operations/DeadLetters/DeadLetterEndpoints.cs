namespace Fulfillment.Operations.DeadLetters;

/// <summary>Looks at the dead letters of a module, and deletes them.</summary>
internal static class DeadLetterEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/dead-letters", ListAsync)
            .WithSummary("List dead letters").WithDescription("Newest first.").Produces<DeadLetterView[]>()
            .WithQuery("queue", "In which they failed.").WithQuery("exceptionType", "Type of the exception.")
            .WithQuery("eventType", "Event of the queue.").WithQuery("orderId", "Of one order.")
            .WithQuery("status", "OPEN, QUEUED or REPLAYED.");
        routes.MapGet("/dead-letters/groups", GroupAsync)
            .WithSummary("Group open dead letters").WithDescription("By the way in which they failed.").Produces<DeadLetterGroupView[]>()
            .WithQuery("limit", "Groups, 50 when absent.");
        routes.MapGet("/dead-letters/{id:long}", GetAsync)
            .WithSummary("Show a dead letter").WithDescription("With body, headers and stack.").Produces<DeadLetterDetail>();
        routes.MapDelete("/dead-letters/{id:long}", DeleteAsync)
            .WithSummary("Delete a dead letter").Produces(StatusCodes.Status204NoContent).ProducesErrors(409, "ALREADY_QUEUED");
    }

    public static IResult NotFound(long id) => Problems.NotFound($"There is no dead letter {id}.");

    private static async Task<IResult> ListAsync(RoutedModule module, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        var filter = new ReplayFilter(query.Text("queue"), query.Text("exceptionType"), query.Text("eventType"), query.Number("orderId"));
        var status = query.Enum<DeadLetterStatus>("status");
        if (query.Invalid is { } invalid) return invalid;

        var deadLetters = filter.ApplyTo(module.Db.Set<DeadLetter>()).Where(deadLetter => deadLetter.Id < before);
        if (status is { } wanted) deadLetters = deadLetters.Where(deadLetter => deadLetter.Status == wanted);
        var rows = await deadLetters.OrderByDescending(deadLetter => deadLetter.Id).Take(query.Limit + 1)
            .Select(d => new DeadLetterView(
                d.Id, d.Queue, d.EventType, d.EventId, d.OrderId, d.MessageId, d.ExceptionType, d.ExceptionMessage, d.Attempts,
                d.Occurrences, d.FailedAt, d.RecordedAt, d.Status, d.ReplayId, d.ReplayedAt, d.BodyBytes))
            .ToListAsync(ct);
        return query.Answer(rows, deadLetter => deadLetter.Id);
    }

    private static async Task<IResult> GroupAsync(RoutedModule module, HttpRequest request, CancellationToken ct)
    {
        var query = new ListQuery(request);
        if (query.After is not null) query.Errors["cursor"] = ["this list has one page, the largest groups"];
        if (query.Invalid is { } invalid) return invalid;
        return TypedResults.Ok(await module.Db.Set<DeadLetter>()
            .Where(deadLetter => deadLetter.Status == DeadLetterStatus.Open)
            .GroupBy(deadLetter => new { deadLetter.ExceptionType, deadLetter.EventType, deadLetter.Queue })
            .OrderByDescending(group => group.Count())
            .Take(query.Limit)
            .Select(group => new DeadLetterGroupView(
                group.Key.ExceptionType, group.Key.EventType, group.Key.Queue, group.Count(),
                group.Min(deadLetter => deadLetter.FailedAt), group.Max(deadLetter => deadLetter.FailedAt)))
            .ToListAsync(ct));
    }

    private static async Task<IResult> GetAsync(long id, RoutedModule module, CancellationToken ct) =>
        await module.Db.Set<DeadLetter>().FindAsync([id], ct) is { } deadLetter
            ? TypedResults.Ok(DeadLetterDetail.From(deadLetter))
            : NotFound(id);

    private static async Task<IResult> DeleteAsync(long id, RoutedModule module, CancellationToken ct)
    {
        var deadLetter = module.Db.Set<DeadLetter>().Where(deadLetter => deadLetter.Id == id);
        if (await deadLetter.Where(d => d.Status != DeadLetterStatus.Queued).ExecuteDeleteAsync(ct) > 0) return TypedResults.NoContent();
        return await deadLetter.AnyAsync(ct)
            ? Problems.Conflict("ALREADY_QUEUED", $"Dead letter {id} is about to be replayed and cannot be deleted.")
            : NotFound(id);
    }
}
