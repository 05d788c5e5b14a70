using System.Text.Json;
using Fulfillment.Contracts;
using Fulfillment.Messaging;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Puts dead letters of a module back into their queues. An endpoint stores the replay; the replayer does the work.</summary>
internal static class ReplayEndpoints
{
    private const int Shown = 20;

    public static void Map<TContext>(IEndpointRouteBuilder routes)
        where TContext : DbContext
    {
        routes.MapPost("/dead-letters/replay", ReplayAsync<TContext>)
            .WithSummary("Replay dead letters")
            .WithDescription("Exactly one of ids, group and filter says which; with dryRun nothing is done.")
            .Produces<ReplayView>(StatusCodes.Status202Accepted).Produces<ReplayPreview>()
            .ProducesErrors(409, "NOTHING_TO_REPLAY", "ALREADY_QUEUED", "NO_QUEUE", "BODY_TRUNCATED");
        routes.MapPost("/dead-letters/{id:long}/edit-and-replay", EditAsync<TContext>)
            .WithSummary("Mend a dead letter and replay it")
            .WithDescription("The body must be what its queue carries; the original is kept.")
            .Produces<ReplayView>(StatusCodes.Status202Accepted).ProducesErrors(409, "NOT_OPEN", "NO_QUEUE");
        routes.MapGet("/dead-letters/replays/{id:long}", GetAsync<TContext>).WithSummary("Follow a replay").Produces<ReplayView>();
    }

    private static async Task<IResult> ReplayAsync<TContext>(
        ReplayRequest request, HttpRequest http, IDbContextFactory<TContext> contexts, ModuleDatabase<TContext> database,
        Topology topology, DeadLetterReplayer<TContext> replayer, CancellationToken ct)
        where TContext : DbContext
    {
        var errors = request.Check();
        if (errors.Count > 0) return Problems.Invalid(errors);

        await using var db = await contexts.CreateDbContextAsync(ct);
        var queues = topology.QueuesOf(database.Module);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        IQueryable<DeadLetter> deadLetters;
        if (request.Wanted is { } filter)
        {
            deadLetters = db.Set<DeadLetter>().Replayable(queues).Matching(filter);
        }
        else
        {
            long[] ids = [.. request.Ids!.Distinct()];
            if (await RefuseAsync(db, ids, queues, ct) is { } refusal) return refusal;
            deadLetters = db.Set<DeadLetter>()
                .Where(deadLetter => ids.Contains(deadLetter.Id) && deadLetter.Status != DeadLetterStatus.Queued);
        }

        if (request.DryRun)
        {
            return TypedResults.Ok(new ReplayPreview(
                await deadLetters.CountAsync(ct),
                await deadLetters.OrderBy(deadLetter => deadLetter.Id).Take(Shown).Select(deadLetter => deadLetter.Id).ToListAsync(ct)));
        }

        var replay = new DeadLetterReplay { RatePerSecond = request.RatePerSecond };
        db.Add(replay);
        await db.SaveChangesAsync(ct);
        var total = await deadLetters.ExecuteUpdateAsync(set => set
            .SetProperty(deadLetter => deadLetter.Status, DeadLetterStatus.Queued)
            .SetProperty(deadLetter => deadLetter.ReplayId, replay.Id), ct);
        if (total == 0) return Problems.Conflict("NOTHING_TO_REPLAY", "No open dead letter that can be replayed matches.");
        return await StartAsync(db, replay.Id, total, transaction, replayer, http, ct);
    }

    private static async Task<IResult> EditAsync<TContext>(
        long id, EditRequest request, HttpRequest http, IDbContextFactory<TContext> contexts, ModuleDatabase<TContext> database,
        Topology topology, DeadLetterReplayer<TContext> replayer, CancellationToken ct)
        where TContext : DbContext
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var deadLetter = await db.Set<DeadLetter>().AsNoTracking().FirstOrDefaultAsync(deadLetter => deadLetter.Id == id, ct);
        if (deadLetter is null) return DeadLetterEndpoints.NotFound(id);
        if (!topology.QueuesOf(database.Module).Contains(deadLetter.Queue)) return NoQueue(id, deadLetter.Queue);
        if (deadLetter.Status != DeadLetterStatus.Open) return NotOpen(id);
        var body = JsonSerializer.SerializeToUtf8Bytes(request.Body);
        if (Mistake(body, topology.Find(deadLetter.Queue)!.Value.Subscription.EventType) is { } mistake) return mistake;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var replay = new DeadLetterReplay();
        db.Add(replay);
        await db.SaveChangesAsync(ct);
        var key = FailedMessage.KeyOf(deadLetter.Queue, deadLetter.MessageId, body);
        var updated = await db.Set<DeadLetter>().Where(open => open.Id == id && open.Status == DeadLetterStatus.Open)
            .ExecuteUpdateAsync(set => set
                .SetProperty(open => open.Status, DeadLetterStatus.Queued).SetProperty(open => open.ReplayId, replay.Id)
                .SetProperty(open => open.EditedBody, body).SetProperty(open => open.EditedKey, key), ct);
        return updated == 0 ? NotOpen(id) : await StartAsync(db, replay.Id, updated, transaction, replayer, http, ct);
    }

    private static async Task<IResult> StartAsync<TContext>(
        TContext db, long id, int total, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction,
        DeadLetterReplayer<TContext> replayer, HttpRequest http, CancellationToken ct)
        where TContext : DbContext
    {
        await db.Set<DeadLetterReplay>().Where(replay => replay.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(replay => replay.Total, total), ct);
        var view = ReplayView.From(await db.Set<DeadLetterReplay>().AsNoTracking().SingleAsync(replay => replay.Id == id, ct));
        await transaction.CommitAsync(CancellationToken.None);
        replayer.Wake();
        var path = http.Path.Value!;
        return TypedResults.Accepted($"{path[..path.IndexOf("/dead-letters/", StringComparison.Ordinal)]}/dead-letters/replays/{id}", view);
    }

    private static async Task<IResult> GetAsync<TContext>(long id, IDbContextFactory<TContext> contexts, CancellationToken ct)
        where TContext : DbContext
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Set<DeadLetterReplay>().AsNoTracking().FirstOrDefaultAsync(replay => replay.Id == id, ct) is { } replay
            ? TypedResults.Ok(ReplayView.From(replay))
            : Problems.NotFound($"There is no replay {id}.");
    }

    /// <summary>
    /// The reason why one of the ids cannot be replayed; null when all can. A request with ids wants all of them, so no id is
    /// left out silently.
    /// </summary>
    private static async Task<IResult?> RefuseAsync<TContext>(TContext db, long[] ids, IReadOnlyList<string> queues, CancellationToken ct)
        where TContext : DbContext
    {
        var deadLetters = await db.Set<DeadLetter>().Where(deadLetter => ids.Contains(deadLetter.Id))
            .Select(d => new { d.Id, d.Status, d.Queue, d.BodyBytes, Edited = d.EditedBody != null }).ToListAsync(ct);
        var missing = ids.Except(deadLetters.Select(deadLetter => deadLetter.Id)).Order().ToList();
        if (missing.Count > 0) return DeadLetterEndpoints.NotFound(missing[0]);
        foreach (var deadLetter in deadLetters.OrderBy(deadLetter => deadLetter.Id))
        {
            if (deadLetter.Status == DeadLetterStatus.Queued)
                return Problems.Conflict("ALREADY_QUEUED", $"Dead letter {deadLetter.Id} is about to be replayed already.");
            if (!queues.Contains(deadLetter.Queue)) return NoQueue(deadLetter.Id, deadLetter.Queue);
            if (deadLetter.BodyBytes > DeadLetter.MaxBody && !deadLetter.Edited)
            {
                return Problems.Conflict(
                    "BODY_TRUNCATED",
                    $"Dead letter {deadLetter.Id} had {deadLetter.BodyBytes} bytes, of which {DeadLetter.MaxBody} were kept.");
            }
        }

        return null;
    }

    private static ProblemHttpResult NoQueue(long id, string queue) =>
        Problems.Conflict("NO_QUEUE", $"Dead letter {id} comes from '{queue}', to which this module does not listen.");

    private static ProblemHttpResult NotOpen(long id) => Problems.Conflict("NOT_OPEN", $"Dead letter {id} is not open.");

    /// <summary>The response that names the mistake of an edited body; null when the body matches the contract of its queue.</summary>
    private static ProblemHttpResult? Mistake(byte[] body, Type eventType)
    {
        try
        {
            return JsonSerializer.Deserialize(body, eventType, ContractsJson.Default) switch
            {
                null => Problems.Invalid("body", "must be an object"),
                BaseEvent { EventId: var id } when id == Guid.Empty => Problems.Invalid("body.eventId", "must not be all zeros"),
                _ => null,
            };
        }
        catch (JsonException e)
        {
            return Problems.Malformed(e, "body");
        }
    }
}
