using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Fulfillment.Web;

/// <summary>
/// The query of a list: <c>limit</c> (1-500, 50 if absent), an opaque <c>cursor</c>, and filters. A handler with a parameter of this
/// type reads the filters that its route names with <see cref="OperationMetadata.WithQuery"/>. Any other name is a mistake.
/// </summary>
public sealed class ListQuery : OperationQuery, IEndpointParameterMetadataProvider
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    // A key of 64 characters, each of which has four bytes.
    private const int MaxPositionBytes = 4 * 64;
    private const string LimitName = "limit";
    private const string CursorName = "cursor";

    /// <summary>Reads <c>limit</c> and <c>cursor</c>, and refuses any other name that is not a filter.</summary>
    public ListQuery(HttpRequest request, params IReadOnlyList<string> filters)
        : base(request, [LimitName, CursorName, .. filters])
    {
        Limit = (int)(Number(LimitName, least: 1, MaxLimit) ?? DefaultLimit);
        if (Text(CursorName) is not { } cursor || Errors.ContainsKey(CursorName)) return;
        After = Decode(cursor);
        if (After is null) Errors[CursorName] = ["is not a cursor of this list"];
    }

    /// <summary>Rows of the page.</summary>
    public int Limit { get; }

    /// <summary>Cursor position after which the page begins; null at the start of the list.</summary>
    public string? After { get; }

    /// <summary>Makes the parameter of a handler.</summary>
    public static ValueTask<ListQuery?> BindAsync(HttpContext http)
    {
        var names = http.GetEndpoint()!.Metadata.GetOrderedMetadata<RequestParameter>().Select(parameter => parameter.Name);
        return ValueTask.FromResult<ListQuery?>(new ListQuery(http.Request, [.. names.Except([LimitName, CursorName])]));
    }

    /// <summary>Describes <c>limit</c> and <c>cursor</c> in the OpenAPI document.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new RequestParameter(
            LimitName, ParameterLocation.Query, $"Rows of a page, 1 to {MaxLimit}; 50 when absent."));
        builder.Metadata.Add(new RequestParameter(
            CursorName, ParameterLocation.Query, "Where the page begins; the header Link of a page leads to the next one."));
    }

    /// <summary>Reads the cursor as a number. A list is sorted by id, newest first, so the start is above every id.</summary>
    public long Before()
    {
        if (After is null) return long.MaxValue;
        if (long.TryParse(After, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return id;
        Errors[CursorName] = ["is not a cursor of this list"];
        return 0;
    }

    /// <summary>
    /// Returns the rows. The query asks for one row more than the page; when it found that, a <c>Link</c> leads to the next page.
    /// </summary>
    /// <param name="rows">Up to limit + 1 rows.</param>
    /// <param name="key">Cursor position of a row.</param>
    /// <param name="searchedTo">Cursor position up to which the query has searched; null when it has searched to the end.</param>
    public IResult Answer<T>(IReadOnlyList<T> rows, Func<T, object> key, object? searchedTo = null)
    {
        if (rows.Count <= Limit && searchedTo is null) return TypedResults.Ok(rows);
        T[] page = [.. rows.Take(Limit)];
        var position = Convert.ToString(rows.Count > Limit ? key(page[^1]) : searchedTo, CultureInfo.InvariantCulture)!;
        var query = Request.Query.Where(pair => pair.Key != CursorName).ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        query[CursorName] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));
        Request.HttpContext.Response.Headers.Link = $"<{QueryHelpers.AddQueryString(Request.Path, query)}>; rel=\"next\"";
        return TypedResults.Ok(page);
    }

    private static string? Decode(string cursor)
    {
        if (cursor.Length == 0 || !Base64Url.IsValid(cursor, out var bytes) || bytes > MaxPositionBytes) return null;
        var position = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return position.Any(char.IsControl) ? null : position;
    }
}
