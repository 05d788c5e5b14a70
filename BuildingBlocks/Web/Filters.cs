using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Fulfillment.Web;

/// <summary>Reads the filters of a list from its query.</summary>
public static class Filters
{
    /// <summary>An enum by its name in JSON; null when absent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">Name of the filter.</param>
    /// <param name="errors">Takes the mistake when the value is none of the enum's names.</param>
    public static T? Enum<T>(HttpRequest request, string name, Dictionary<string, string[]> errors)
        where T : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(errors);
        if (request.Query[name] is not [{ } text]) return null;
        foreach (var value in System.Enum.GetValues<T>())
        {
            if (Name(value) == text) return value;
        }

        errors[name] = [$"must be one of {string.Join(", ", System.Enum.GetValues<T>().Select(Name))}"];
        return null;
    }

    /// <summary>A number; null when absent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">Name of the filter.</param>
    /// <param name="errors">Takes the mistake when the value is not a number.</param>
    public static long? Number(HttpRequest request, string name, Dictionary<string, string[]> errors)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(errors);
        if (request.Query[name] is not [{ } text]) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        errors[name] = ["must be a number"];
        return null;
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}
