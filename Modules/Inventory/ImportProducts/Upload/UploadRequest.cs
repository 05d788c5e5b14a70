using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Fulfillment.Inventory.ImportProducts.Upload;

/// <summary>The settings in the query of an upload.</summary>
internal sealed record UploadRequest(
    ImportKey Key, ImportDuplicates Duplicates, ImportMode Mode, bool DryRun, long? MaxErrors, string? FileName)
{
    private static readonly string[] Known = ["key", "duplicates", "mode", "dryRun", "maxErrors", "fileName"];

    /// <summary>Reads the query, and collects the errors per name.</summary>
    public static (UploadRequest Request, Dictionary<string, string[]> Errors) Read(IQueryCollection query)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var (name, value) in query)
        {
            if (!Known.Contains(name)) errors[name] = [$"is not known here; known are {string.Join(", ", Known)}"];
            else if (value.Count != 1) errors[name] = ["may be given once"];
        }

        var dryRun = false;
        if (query["dryRun"] is [{ } flag] && !bool.TryParse(flag, out dryRun)) errors["dryRun"] = ["must be true or false"];
        var fileName = query["fileName"] is [{ } text] ? CleanName(text) : null;
        return (new UploadRequest(
            Choice(query, "key", ImportKey.InternalId, errors), Choice(query, "duplicates", ImportDuplicates.Last, errors),
            Choice(query, "mode", ImportMode.Upsert, errors), dryRun, ReadMaxErrors(query, errors), fileName), errors);
    }

    /// <summary>The number of errors that an import may have; null when it may have any.</summary>
    public static long? ReadMaxErrors(IQueryCollection query, Dictionary<string, string[]> errors)
    {
        if (query["maxErrors"] is not [{ } text]) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        errors["maxErrors"] = ["must be a number from 0"];
        return null;
    }

    /// <summary>A name for display. It is never used as a path.</summary>
    public static string? CleanName(string name)
    {
        var clean = new string([.. name.Where(character => !char.IsControl(character) && !char.IsSurrogate(character))]).Trim();
        return clean.Length == 0 ? null : clean[..Math.Min(clean.Length, 200)];
    }

    /// <summary>The name of a value in a query: <c>internalId</c>.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static T Choice<T>(IQueryCollection query, string name, T fallback, Dictionary<string, string[]> errors)
        where T : struct, Enum
    {
        if (query[name] is not [{ } text]) return fallback;
        foreach (var value in Enum.GetValues<T>())
        {
            if (NameOf(value) == text) return value;
        }

        errors[name] = [$"must be one of {string.Join(", ", Enum.GetValues<T>().Select(NameOf))}"];
        return fallback;
    }
}
