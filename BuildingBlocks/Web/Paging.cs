using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Fulfillment.Web;

/// <summary>The part of a list that a request asks for: <c>limit</c> (1-500, 50 if absent) and an opaque <c>cursor</c>.</summary>
public sealed record Page(int Limit, string? After)
{
    /// <summary>Largest limit.</summary>
    public const int MaxLimit = 500;

    // A key of 64 characters, each of which has four bytes.
    private const int MaxPositionBytes = 4 * 64;
    private const string LimitName = "limit";
    private const string CursorName = "cursor";

    /// <summary>
    /// Reads <c>limit</c> and <c>cursor</c> and refuses any other query name that is not among <paramref name="filters"/>.
    /// </summary>
    /// <returns>The page, or the mistakes per query name.</returns>
    public static (Page Page, Dictionary<string, string[]> Errors) Read(HttpRequest request, params ReadOnlySpan<string> filters)
    {
        ArgumentNullException.ThrowIfNull(request);
        var errors = new Dictionary<string, string[]>();
        var limit = 50;
        string? after = null;
        foreach (var (name, value) in request.Query)
        {
            if (value.Count != 1) errors[name] = ["may be given once"];
            else if (value.ToString().Any(char.IsControl)) errors[name] = ["must not have control characters"];
            else if (name == LimitName)
            {
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit)
                    errors[name] = [$"must be a number from 1 to {MaxLimit}"];
            }
            else if (name == CursorName)
            {
                if (!TryDecode(value.ToString(), out after)) errors[name] = ["is not a cursor of this list"];
            }
            else if (!filters.Contains(name))
            {
                errors[name] = [$"is not known here; known are {string.Join(", ", [LimitName, CursorName, .. filters])}"];
            }
        }

        return (new Page(limit, after), errors);
    }

    /// <summary>Reads the cursor as a number. A list is sorted by id, newest first, so the start is above every id.</summary>
    public long Before(Dictionary<string, string[]> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (After is null) return long.MaxValue;
        if (long.TryParse(After, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return id;
        errors[CursorName] = ["is not a cursor of this list"];
        return 0;
    }

    /// <summary>
    /// Returns the rows. The query asks for one row more than the page; when it found that, a <c>Link</c> leads to the next page.
    /// </summary>
    /// <param name="request">The request, whose query the link repeats.</param>
    /// <param name="rows">Up to limit + 1 rows.</param>
    /// <param name="key">Cursor position of a row.</param>
    /// <param name="searchedTo">Cursor position up to which the query has searched; null when it has searched to the end.</param>
    public IResult Answer<T>(HttpRequest request, IReadOnlyList<T> rows, Func<T, object> key, object? searchedTo = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(key);
        if (rows.Count <= Limit && searchedTo is null) return TypedResults.Ok(rows);
        T[] page = [.. rows.Take(Limit)];
        var position = Convert.ToString(rows.Count > Limit ? key(page[^1]) : searchedTo, CultureInfo.InvariantCulture)!;
        var query = request.Query.Where(pair => pair.Key != CursorName).ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        query[CursorName] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));
        request.HttpContext.Response.Headers.Link = $"<{QueryHelpers.AddQueryString(request.Path, query)}>; rel=\"next\"";
        return TypedResults.Ok(page);
    }

    private static bool TryDecode(string cursor, out string? position)
    {
        position = null;
        if (cursor.Length == 0 || !Base64Url.IsValid(cursor, out var bytes) || bytes > MaxPositionBytes) return false;
        position = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return !position.Any(char.IsControl);
    }
}
