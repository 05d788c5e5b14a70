using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Fulfillment.Operations;

/// <summary>The query of an operation that is not a list of the API: a few numbers, and no unknown names.</summary>
internal static class OperationQuery
{
    /// <summary>The mistakes that need no look at a value: unknown names, and names that are given twice.</summary>
    public static Dictionary<string, string[]> Read(HttpRequest request, params ReadOnlySpan<string> known)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var (name, value) in request.Query)
        {
            if (!known.Contains(name)) errors[name] = [$"is not known here; known are {string.Join(", ", known!)}"];
            else if (value.Count != 1) errors[name] = ["may be given once"];
        }

        return errors;
    }

    /// <summary>A number within its range, or the fallback when it is absent.</summary>
    public static long Number(HttpRequest request, string name, long fallback, long least, long most, Dictionary<string, string[]> errors)
    {
        if (request.Query[name] is not [{ } text]) return fallback;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        errors[name] = [$"must be a number from {least} to {most}"];
        return fallback;
    }
}
