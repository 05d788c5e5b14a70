using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfillment.Web;

/// <summary>The query of an operation, with the mistakes in it.</summary>
public class OperationQuery
{
    /// <summary>Refuses any name that the operation does not know, and a name that is given twice.</summary>
    public OperationQuery(HttpRequest request, params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(request);
        Request = request;
        foreach (var (name, value) in request.Query)
        {
            if (value.Count != 1) Errors[name] = ["may be given once"];
            else if (value.ToString().Any(char.IsControl)) Errors[name] = ["must not have control characters"];
            else if (!names.Contains(name)) Errors[name] = [$"is not known here; known are {string.Join(", ", names)}"];
        }
    }

    /// <summary>The mistakes per query name.</summary>
    public Dictionary<string, string[]> Errors { get; } = [];

    /// <summary>The response that names the mistakes; null when there are none.</summary>
    public ProblemHttpResult? Invalid => Errors.Count > 0 ? Problems.Invalid(Errors) : null;

    /// <summary>The request.</summary>
    protected HttpRequest Request { get; }

    /// <summary>A text; null when absent.</summary>
    public string? Text(string name) => Request.Query[name] is [{ } text] ? text : null;

    /// <summary>A number, within a range if it has one; null when absent or a mistake.</summary>
    public long? Number(string name, long least = 0, long? most = null)
    {
        if (Text(name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= (most ?? long.MaxValue))
            return number;
        Errors.TryAdd(name, [most is null ? "must be a number" : $"must be a number from {least} to {most}"]);
        return null;
    }

    /// <summary>An enum, by its name in JSON; null when absent or a mistake.</summary>
    public T? Enum<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;
        foreach (var value in System.Enum.GetValues<T>())
        {
            if (NameOf(value) == text) return value;
        }

        Errors[name] = [$"must be one of {string.Join(", ", System.Enum.GetValues<T>().Select(NameOf))}"];
        return null;
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}
