using FluentValidation;
using Fulfillment.Web;

namespace Modules.Tests;

internal static class ValidatorMistakes
{
    /// <summary>What the client is told, as "field: mistake"; goes the way that endpoints go.</summary>
    public static IReadOnlyList<string> MistakesIn<T>(this IValidator<T> validator, T request)
    {
        var problem = validator.Check(request);
        if (problem is null) return [];
        problem.StatusCode.ShouldBe(400);
        var errors = problem.ProblemDetails.Extensions["errors"].ShouldBeAssignableTo<IDictionary<string, string[]>>()!;
        return [.. errors.SelectMany(field => field.Value, (field, mistake) => $"{field.Key}: {mistake}")];
    }
}
