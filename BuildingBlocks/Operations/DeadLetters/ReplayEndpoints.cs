using System.Text.Json;
using Fulfillment.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore.Query;

namespace Fulfillment.Operations.DeadLetters;

/// <summary>Puts dead letters of a module back into their queues. An endpoint stores the replay; the replayer does the work.</summary>
internal static class ReplayEndpoints
{
    private const int Shown = 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/dead-letters/replay", ReplayAsync)
            .WithSummary("Replay dead letters")
            .WithDescription("Exactly one of ids, group and filter says which; with dryRun nothing is done.")
            .Produces<ReplayView>(StatusCodes.Status202Accepted).Produces<ReplayPreview>()
            .ProducesErrors(409, "NOTHING_TO_REPLAY", "ALREADY_QUEUED", "NO_QUEUE", "BODY_TRUNCATED");
        routes.MapPost("/dead-letters/{id:long}/edit-and-replay", EditAsync)
            .WithSummary("Mend a dead letter and replay it")
            .WithDescription("The body must be what its queue carries; the original is kept.")
            .Produces<ReplayView>(StatusCodes.Status202Accepted).ProducesErrors(409, "NOT_OPEN", "NO_QUEUE");
        routes.MapGet("/dead-letters/replays/{id:long}", GetAsync).WithSummary("Follow a replay").Produces<ReplayView>();
    }

    private static async Task<IResult> ReplayAsync(
        ReplayRequest request, HttpRequest http, RoutedModule module, Topology topology, CancellationToken ct)
    {
        var errors = request.Check();
        if (errors.Count > 0) return Problems.Invalid(errors);

        var queues = topology.QueuesOf(module.Topology.Name);
        IQueryable<DeadLetter> deadLetters = module.Db.Set<DeadLetter>();
        if (request.Wanted is { } filter)
        {
            // A filter leaves out what cannot be replayed.
            deadLetters = filter.ApplyTo(deadLetters).Where(deadLetter =>
                deadLetter.Status == DeadLetterStatus.Open && queues.Contains(deadLetter.Queue)
                && (deadLetter.BodyBytes <= DeadLetter.MaxBody || deadLetter.EditedBody != null));
        }
        else
        {
            long[] ids = [.. request.Ids!.Distinct()];
            deadLetters = deadLetters.Where(deadLetter => ids.Contains(deadLetter.Id));
            if (await RefuseAsync(deadLetters, ids, queues, ct) is { } refusal) return refusal;
            deadLetters = deadLetters.Where(deadLetter => deadLetter.Status != DeadLetterStatus.Queued);
        }

        if (request.DryRun)
        {
            return TypedResults.Ok(new ReplayPreview(
                await deadLetters.CountAsync(ct),
                await deadLetters.OrderBy(deadLetter => deadLetter.Id).Take(Shown).Select(deadLetter => deadLetter.Id).ToListAsync(ct)));
        }

        return await StartAsync(http, module, new DeadLetterReplay { RatePerSecond = request.RatePerSecond }, deadLetters, edit: null, ct)
            ?? Problems.Conflict("NOTHING_TO_REPLAY", "No open dead letter that can be replayed matches.");
    }

    private static async Task<IResult> EditAsync(
        long id, EditRequest request, HttpRequest http, RoutedModule module, Topology topology, CancellationToken ct)
    {
        var deadLetter = await module.Db.Set<DeadLetter>().FindAsync([id], ct);
        if (deadLetter is null) return DeadLetterEndpoints.NotFound(id);
        if (topology.Find(deadLetter.Queue) is not var (owner, subscription) || owner.Name != module.Topology.Name)
            return NoQueue(id, deadLetter.Queue);
        if (deadLetter.Status != DeadLetterStatus.Open) return NotOpen(id);
        var body = JsonSerializer.SerializeToUtf8Bytes(request.Body);
        if (Mistake(body, subscription.EventType) is { } mistake) return mistake;

        var key = DeadLetterReader.KeyOf(deadLetter.Queue, deadLetter.MessageId, body);
        var stillOpen = module.Db.Set<DeadLetter>().Where(open => open.Id == id && open.Status == DeadLetterStatus.Open);
        return await StartAsync(
            http, module, new DeadLetterReplay(), stillOpen,
            set => set.SetProperty(open => open.EditedBody, body).SetProperty(open => open.EditedKey, key), ct)
            ?? NotOpen(id);
    }

    /// <summary>Stores a replay and queues its dead letters. Null when there are none, and then nothing is stored.</summary>
    private static async Task<IResult?> StartAsync(
        HttpRequest http, RoutedModule module, DeadLetterReplay replay, IQueryable<DeadLetter> deadLetters,
        Action<UpdateSettersBuilder<DeadLetter>>? edit, CancellationToken ct)
    {
        var db = module.Db;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Add(replay);
        await db.SaveChangesAsync(ct);
        replay.Total = await deadLetters.ExecuteUpdateAsync(
            set =>
            {
                set.SetProperty(deadLetter => deadLetter.Status, DeadLetterStatus.Queued)
                    .SetProperty(deadLetter => deadLetter.ReplayId, replay.Id);
                edit?.Invoke(set);
            },
            ct);
        if (replay.Total == 0) return null;
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
        module.Replayer.Wake();
        var path = http.Path.Value!;
        var operations = path[..path.IndexOf("/dead-letters/", StringComparison.Ordinal)];
        return TypedResults.Accepted($"{operations}/dead-letters/replays/{replay.Id}", ReplayView.From(replay));
    }

    private static async Task<IResult> GetAsync(long id, RoutedModule module, CancellationToken ct) =>
        await module.Db.Set<DeadLetterReplay>().FindAsync([id], ct) is { } replay
            ? TypedResults.Ok(ReplayView.From(replay))
            : Problems.NotFound($"There is no replay {id}.");

    /// <summary>
    /// The reason why one of the ids cannot be replayed; null when all can. A request with ids wants all of them, so no id is
    /// left out silently.
    /// </summary>
    private static async Task<IResult?> RefuseAsync(
        IQueryable<DeadLetter> deadLetters, long[] ids, IReadOnlyList<string> queues, CancellationToken ct)
    {
        var found = await deadLetters.OrderBy(deadLetter => deadLetter.Id)
            .Select(d => new { d.Id, d.Status, d.Queue, d.BodyBytes, Edited = d.EditedBody != null }).ToListAsync(ct);
        var missing = ids.Except(found.Select(deadLetter => deadLetter.Id)).ToList();
        if (missing.Count > 0) return DeadLetterEndpoints.NotFound(missing.Min());
        foreach (var deadLetter in found)
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
