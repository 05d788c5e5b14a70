using System.Globalization;
using System.Text;
using Carter;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Fulfillment.Inventory.ImportProducts.Follow;

/// <summary>A rejected row as the API shows it.</summary>
/// <example>
/// { "row": 17, "column": "Price", "code": "INVALID_PRICE",
///   "error": "'free' is not a price from 0 to 1000000000 with at most two decimals", "values": ["17", "Mouse", "free", "5", "PROD-1017"] }
/// </example>
public sealed record ImportErrorView(long Row, string? Column, RowErrorCode Code, string Error, IReadOnlyList<string> Values);

/// <summary>The rejected rows of an import: as a list, and as a file that can be corrected and uploaded again.</summary>
public sealed class ErrorEndpoints : ICarterModule
{
    private static readonly string[] OwnColumns = ["_row", "_column", "_code", "_error"];

    public void AddRoutes(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/inventory/imports/{id:long}/errors", ListAsync).WithTags("Imports")
            .WithSummary("List the rows that were rejected").WithDescription("In the order of the file.").Produces<ImportErrorView[]>()
            .WithQuery("code", "Of one code.");
        app.MapGet("/api/inventory/imports/{id:long}/errors.csv", DownloadAsync).WithTags("Imports")
            .WithSummary("Download the rows that were rejected").WithDescription("A CSV file; corrected, it can be uploaded as it is.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv");
        app.MapGet("/api/inventory/imports/template.csv", Template).WithTags("Imports")
            .WithSummary("Download an empty catalogue").WithDescription("With the columns, and one example.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv");
    }

    private static async Task<IResult> ListAsync(long id, InventoryDbContext db, ListQuery query, CancellationToken ct)
    {
        var after = query.After is null ? 0 : long.MaxValue - query.Before();
        var code = query.Enum<RowErrorCode>("code");
        if (query.Invalid is { } invalid) return invalid;
        if (await db.Imports.AsNoTracking().FirstOrDefaultAsync(job => job.Id == id, ct) is not { } job)
            return Problems.NotFound($"There is no import {id}.");

        var rejected = db.ImportErrors.AsNoTracking().Where(error => error.ImportId == id && error.Row > after);
        if (code is { } wanted) rejected = rejected.Where(error => error.Code == wanted);
        var rows = await rejected.OrderBy(error => error.Row).Take(query.Limit + 1).ToListAsync(ct);
        return query.Answer([.. rows.Select(error => View(error, job))], error => long.MaxValue - error.Row);
    }

    private static ImportErrorView View(ImportError error, ImportJob job) => new(
        error.Row, error.ColumnName, error.Code, error.Message, [.. Cells(error.Record, (byte)job.Delimiter).Select(cell => Text(cell))]);

    private static async Task<IResult> DownloadAsync(long id, InventoryDbContext db, HttpContext http, CancellationToken ct)
    {
        if (await db.Imports.AsNoTracking().FirstOrDefaultAsync(job => job.Id == id, ct) is not { } job)
            return Problems.NotFound($"There is no import {id}.");
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition =
            $"attachment; filename=\"import-{id.ToString(CultureInfo.InvariantCulture)}-errors.csv\"";
        // The error columns of an uploaded errors file are skipped, because they describe the previous attempt.
        int[] places =
        [
            .. Enumerable.Range(0, job.Header.Length)
                .Where(place => !OwnColumns.Contains(job.Header[place], StringComparer.OrdinalIgnoreCase)),
        ];
        var isErrorsFile = new CatalogueHeader((byte)job.Delimiter, job.Header).IsErrorsFile;

        await using var csv = CsvHelper.CsvWriter.Create(http.Response.Body, CsvOutput.Options, leaveOpen: true);
        await csv.WriteRecordAsync([.. places.Select(place => Harmless(Encoding.UTF8.GetBytes(job.Header[place]))), .. OwnColumns], ct);
        var rejected = db.ImportErrors.AsNoTracking().Where(error => error.ImportId == id).OrderBy(error => error.Row);
        await foreach (var error in rejected.AsAsyncEnumerable().WithCancellation(ct))
        {
            var cells = Cells(error.Record, (byte)job.Delimiter);
            var values = places.Select(place =>
                place < cells.Count ? Harmless(isErrorsFile ? FormulaEscaping.Restore(cells[place]) : cells[place]) : "");
            var row = error.Row.ToString(CultureInfo.InvariantCulture);
            var column = Harmless(Encoding.UTF8.GetBytes(error.ColumnName ?? ""));
            await csv.WriteRecordAsync([.. values, row, column, ImportView.NameOf(error.Code), error.Message], ct);
        }

        await csv.FlushAsync(ct);
        return TypedResults.Empty;
    }

    private static FileContentHttpResult Template()
    {
        using var file = new MemoryStream();
        using (var csv = CsvHelper.CsvWriter.Create(file, CsvOutput.Options, leaveOpen: true))
        {
            csv.WriteRecord([.. CatalogueColumns.Names.Select(column => column.Name)]);
            csv.WriteRecord([
                "1", "Mouse", "Wireless, with two buttons", "Acme", "Accessories", "29.99", "USD", "50", "4006381333931", "Black", "Small",
                "in_stock", "PROD-1001",
            ]);
        }

        return TypedResults.File(file.ToArray(), "text/csv; charset=utf-8", "catalogue-template.csv");
    }

    /// <summary>The values of a rejected record, as far as it can be read at all.</summary>
    private static List<byte[]> Cells(byte[] record, byte delimiter)
    {
        var fields = new CsvField[1_000];
        using var reader = new CsvReader(record, delimiter, complete: true, fields);
        if (reader.Read() == CsvStatus.Record && reader.Mistake == CsvMistake.None)
        {
            return [.. fields.Take(Math.Min(reader.FieldCount, fields.Length)).Select(field =>
            {
                var value = record.AsSpan(field.Start, field.Length);
                var unescaped = new byte[value.Length];
                return field.Escaped ? unescaped[..Cell.Unescape(value, unescaped)] : value.ToArray();
            })];
        }

        // With broken quotes, only the delimiters separate the values.
        var cells = new List<byte[]>();
        foreach (var range in record.AsSpan().Split(delimiter)) cells.Add(record.AsSpan()[range].ToArray());
        return cells;
    }

    private static string Harmless(ReadOnlySpan<byte> cell) => Text(FormulaEscaping.Protect(cell));

    private static string Text(ReadOnlySpan<byte> cell) => Encoding.UTF8.GetString(cell);
}
