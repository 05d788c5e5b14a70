using Carter;
using Fulfillment.Core;
using Fulfillment.Inventory.ImportProducts.Dispatch;
using Fulfillment.Inventory.ImportProducts.Upload;
using Fulfillment.Persistence;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fulfillment.Inventory.ImportProducts.Follow;

/// <summary>Shows, pauses, resumes and cancels imports.</summary>
public sealed class FollowEndpoints : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app)
    {
        var imports = app.MapGroup("/api/inventory/imports").WithTags("Imports");
        imports.MapGet("", ListAsync)
            .WithSummary("List imports").WithDescription("Newest first.").Produces<ImportView[]>()
            .WithQuery("state", "RUNNING, PAUSED, COMPLETED, FAILED or CANCELLED.");
        imports.MapGet("{id:long}", GetAsync).WithSummary("Show an import").Produces<ImportView>();
        imports.MapPost("{id:long}/pause", PauseAsync)
            .WithSummary("Pause a running import").Produces<ImportView>().ProducesErrors(409, "IMPORT_STATE");
        imports.MapPost("{id:long}/resume", ResumeAsync)
            .WithSummary("Resume an import that is paused or has failed").Produces<ImportView>().ProducesErrors(409, "IMPORT_STATE")
            .WithQuery("maxErrors", "Another limit of errors.");
        imports.MapPost("{id:long}/cancel", CancelAsync)
            .WithSummary("Cancel an import").WithDescription("What it has imported stays.").Produces<ImportView>()
            .ProducesErrors(409, "IMPORT_STATE");
    }

    private static async Task<IResult> ListAsync(InventoryDbContext db, ListQuery query, CancellationToken ct)
    {
        var before = query.Before();
        var state = query.Enum<ImportState>("state");
        if (query.Invalid is { } invalid) return invalid;

        var jobs = db.Imports.Where(job => job.Id < before);
        if (state is { } wanted) jobs = jobs.Where(job => job.State == wanted);
        var rows = await ImportView.ListAsync(db, jobs.OrderByDescending(job => job.Id).Take(query.Limit + 1), ct);
        return query.Answer(rows, import => import.ImportId);
    }

    private static async Task<IResult> GetAsync(long id, InventoryDbContext db, CancellationToken ct) =>
        await ImportView.FindAsync(db, id, ct) is { } import ? TypedResults.Ok(import) : NotFound(id);

    private static async Task<IResult> PauseAsync(
        long id, InventoryDbContext db, ModuleDatabase<InventoryDbContext> database, CancellationToken ct) =>
        await AnswerAsync(db, id, "paused", await ImportStates.PauseAsync(database.Source, id, ct), ct);

    private static async Task<IResult> CancelAsync(
        long id, InventoryDbContext db, ModuleDatabase<InventoryDbContext> database, IImportFiles files, CancellationToken ct)
    {
        var cancelled = await ImportStates.CancelAsync(database.Source, id, ct);
        // The sweep removes the file if the following read fails.
        var response = await AnswerAsync(db, id, "cancelled", cancelled, ct);
        if (cancelled) files.Delete((await db.Imports.FindAsync([id], ct))!.FileKey);
        return response;
    }

    private static async Task<IResult> ResumeAsync(
        long id, HttpRequest request, InventoryDbContext db, ModuleDatabase<InventoryDbContext> database, ImportDispatcher dispatcher,
        CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var name in request.Query.Keys.Where(name => name != "maxErrors"))
            errors[name] = ["is not known here; known is maxErrors"];
        var maxErrors = UploadRequest.ReadMaxErrors(request.Query, errors);
        if (errors.Count > 0) return Problems.Invalid(errors);

        var resumed = await ImportStates.ResumeAsync(database.Source, id, maxErrors, ct);
        dispatcher.Wake();
        return await AnswerAsync(db, id, "resumed", resumed, ct);
    }

    private static async Task<IResult> AnswerAsync(InventoryDbContext db, long id, string what, bool done, CancellationToken ct)
    {
        if (await ReadAsync() is not { } import) return NotFound(id);
        return done
            ? TypedResults.Ok(import)
            : Problems.Conflict("IMPORT_STATE", $"Import {id} is {import.State.ToString().ToUpperInvariant()} and cannot be {what}.");

        async Task<ImportView?> ReadAsync()
        {
            try
            {
                return await ImportView.FindAsync(db, id, ct);
            }
            catch (Exception e) when (done && TransientErrors.Is(e))
            {
                throw new OutcomeUnknownException($"Import {id} was {what}, and its state cannot be read: {e.Message}", e);
            }
        }
    }

    private static ProblemHttpResult NotFound(long id) => Problems.NotFound($"There is no import {id}.");
}
