using Carter;
using Fulfillment.Core;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Inventory.ImportProducts.Dispatch;
using Fulfillment.Inventory.ImportProducts.Follow;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Fulfillment.Inventory.ImportProducts.Upload;

public sealed class UploadEndpoint : ICarterModule
{
    public void AddRoutes(IEndpointRouteBuilder app) => app.MapPost("/api/inventory/imports", UploadAsync).WithTags("Imports")
        .WithSummary("Import a catalogue")
        .WithDescription(
            "The body is a CSV file (text/csv), gzip of one, or a multipart form with one. It is answered when the file is stored; "
            + "the rows follow.")
        .Produces<ImportView>(StatusCodes.Status202Accepted).ProducesErrors(400, "UNREADABLE_FILE", "MISSING_COLUMN")
        .ProducesErrors(413, "PAYLOAD_TOO_LARGE").ProducesErrors(415, "UNSUPPORTED_MEDIA_TYPE")
        .WithQuery("key", "internalId (default), ean or index.").WithQuery("duplicates", "last (default), first or error.")
        .WithQuery("mode", "upsert (default), insertOnly or stockOnly.")
        .WithQuery("dryRun", "true: everything is checked and nothing is kept.").WithQuery("maxErrors", "The import fails beyond.")
        .WithQuery("fileName", "For people.")
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            // The framework's Accepts() would also refuse other types, before the endpoint names the types that it reads.
            var file = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
            string[] types = ["text/csv", "application/gzip", "multipart/form-data"];
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = types.ToDictionary(type => type, _ => file) };
            return Task.CompletedTask;
        });

    private static async Task<IResult> UploadAsync(
        HttpContext http, InventoryDbContext db, IImportFiles files, UploadKeys keys, ImportDispatcher dispatcher,
        IOptions<ImportOptions> options, CancellationToken ct)
    {
        var (request, errors) = UploadRequest.Read(http.Request.Query);
        if (errors.Count > 0) return Problems.Invalid(errors);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxFileBytes;

        var fileKey = await keys.NewAsync(ct);
        UploadPlan? plan = null;
        string? name = null;
        try
        {
            if (await UploadBody.OpenAsync(http.Request, ct) is not var (content, sentName))
                return Problems.UnsupportedType("Send the file as text/csv, gzip, or in a multipart form.");
            name = sentName;
            plan = await StoreAsync(files, fileKey, content, request, options.Value, ct);
        }
        catch (UnreadableFileException e)
        {
            return Problems.Invalid(e.Code, "file", e.Message);
        }
        catch (InvalidDataException)
        {
            return Problems.Invalid("UNREADABLE_FILE", "file", "is damaged, or is not the whole of a gzip file or form");
        }
        catch (FileTooLargeException e)
        {
            return Problems.TooLarge(e.Message);
        }
        finally
        {
            if (plan is null) files.Delete(fileKey);
        }

        Core.Failpoint.Hit("import-before-plan");
        var job = Job(request, fileKey, request.FileName ?? UploadRequest.CleanName(name ?? "") ?? "catalogue.csv", plan);
        try
        {
            await SaveAsync(db, job, plan, ct);
        }
        catch (Exception e) when (e is not OutcomeUnknownException)
        {
            // An import that may have been stored needs its file. If the import was not stored, the sweep removes the file.
            files.Delete(fileKey);
            throw;
        }

        dispatcher.Wake();
        return TypedResults.Accepted($"/api/inventory/imports/{job.Id}", ImportView.OfNew(job, plan.Chunks.Count));
    }

    private static async Task<UploadPlan> StoreAsync(
        IImportFiles files, string fileKey, Stream content, UploadRequest request, ImportOptions options, CancellationToken ct)
    {
        await using var file = files.Create(fileKey);
        await using var scratch = files.CreateScratch(fileKey);
        var planner = new UploadPlanner(options, request.Key, request.Duplicates, request.Mode, scratch);
        var plan = await planner.RunAsync(content, file, ct);
        await files.CompleteAsync(fileKey, file, ct);
        return plan;
    }

    private static async Task SaveAsync(InventoryDbContext db, ImportJob job, UploadPlan plan, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Imports.Add(job);
        await db.SaveChangesAsync(ct);
        db.ImportChunks.AddRange(plan.Chunks.Select((chunk, number) => new ImportChunk
        {
            ImportId = job.Id, Chunk = number, Offset = chunk.Offset, Length = chunk.Length, FirstLine = chunk.FirstLine, Rows = chunk.Rows,
            Repeated = chunk.Repeated,
        }));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static ImportJob Job(UploadRequest request, string fileKey, string fileName, UploadPlan plan) => new()
    {
        FileKey = fileKey,
        FileName = fileName,
        SizeBytes = plan.SizeBytes,
        Sha256 = plan.Sha256,
        Key = request.Key,
        Duplicates = request.Duplicates,
        Mode = request.Mode,
        DryRun = request.DryRun,
        MaxErrors = request.MaxErrors,
        Delimiter = plan.Header.Delimiter,
        Header = [.. plan.Header.Names],
        TotalRows = plan.Rows,
    };
}
