using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfillment.Web;

/// <summary>Rules that several requests share.</summary>
public static class Validation
{
    /// <summary>An id of 1 to 64 printable characters, counted as Unicode code points like the columns of the database do.</summary>
    public static IRuleBuilderOptions<T, string> Id<T>(this IRuleBuilder<T, string> rule) =>
        rule
            .Must(id => id is { Length: >= 1 and <= 128 }
                && id.EnumerateRunes().Count() <= 64 && id.All(Printable) && !string.IsNullOrWhiteSpace(id))
            .WithMessage("must be 1 to 64 printable characters");

    /// <summary>A text of 1 to <paramref name="length"/> characters without control characters.</summary>
    public static IRuleBuilderOptions<T, string> Text<T>(this IRuleBuilder<T, string> rule, int length) =>
        rule.Must(text => !string.IsNullOrWhiteSpace(text) && text.Length <= length && text.All(Printable))
            .WithMessage($"must be 1 to {length} characters without control characters");

    /// <summary>Null when the request is valid, else the 400 that names its fields.</summary>
    public static ProblemHttpResult? Check<T>(this IValidator<T> validator, T request)
    {
        var result = validator.Validate(request);
        return result.IsValid ? null : Problems.Invalid(ByField(result.Errors));
    }

    private static Dictionary<string, string[]> ByField(IEnumerable<ValidationFailure> failures) => failures
        .GroupBy(failure => CamelCase(failure.PropertyName))
        .ToDictionary(field => field.Key, field => field.Select(failure => failure.ErrorMessage).Distinct().ToArray());

    private static string CamelCase(string path) =>
        string.Join('.', path.Split('.').Select(part => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..]));

    private static bool Printable(char character) => !char.IsControl(character);
}
