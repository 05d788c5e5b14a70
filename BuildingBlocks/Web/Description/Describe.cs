using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fulfillment.Web.Description;

/// <summary>An error that an operation has besides those that every operation has.</summary>
internal sealed record DescribedError(int Status, string Code);

/// <summary>A query parameter or header that is read by hand.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In"><c>query</c> or <c>header</c>.</param>
/// <param name="Description">Its meaning.</param>
internal sealed record DescribedParameter(string Name, string In, string Description);

/// <summary>Example of a response; null when only its type is described.</summary>
internal sealed record DescribedAnswer(int Status, object? Example);

/// <summary>Example of a body.</summary>
internal sealed record DescribedBody(object Example);

/// <summary>The types of a body that is a file.</summary>
internal sealed record DescribedFile(IReadOnlyList<string> Types);

/// <summary>Describes an operation beyond its code, for the OpenAPI document of its module.</summary>
public static class Describe
{
    /// <summary>Describes the operation itself.</summary>
    /// <param name="route">The operation.</param>
    /// <param name="summary">A few words.</param>
    /// <param name="description">Sentences, if the summary is not enough.</param>
    public static RouteHandlerBuilder Does(this RouteHandlerBuilder route, string summary, string? description = null)
    {
        route.WithSummary(summary);
        return description is null ? route : route.WithDescription(description);
    }

    /// <summary>Describes its response.</summary>
    /// <param name="route">The operation.</param>
    /// <param name="example">A response.</param>
    /// <param name="status">Its status.</param>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, T? example, int status = StatusCodes.Status200OK)
        where T : class =>
        route.Produces<T>(status).WithMetadata(new DescribedAnswer(status, example));

    /// <summary>Describes the body that it takes.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, object example) =>
        route.WithMetadata(new DescribedBody(example));

    /// <summary>Describes the types of its body, which is a file.</summary>
    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder route, params IReadOnlyList<string> types) =>
        route.WithMetadata(new DescribedFile(types));

    /// <summary>Names the errors that it has of its own, for example <c>409 ORDER_ENDED</c>.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params IReadOnlyList<string> errors)
    {
        foreach (var error in errors)
        {
            var parts = error.Split(' ');
            route.WithMetadata(new DescribedError(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]));
        }

        return route;
    }

    /// <summary>Describes a query parameter that it reads.</summary>
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder route, string name, string description) =>
        route.WithMetadata(new DescribedParameter(name, "query", description)).Fails("400 VALIDATION_FAILED");

    /// <summary>It is a list in pages.</summary>
    public static RouteHandlerBuilder InPages(this RouteHandlerBuilder route) => route
        .Reads("limit", $"Rows of a page, 1 to {Page.MaxLimit}; 50 when absent.")
        .Reads("cursor", "Where the page begins; the header Link of a page leads to the next one.");

    /// <summary>It can be repeated with the same <c>Idempotency-Key</c> and is done once.</summary>
    public static RouteHandlerBuilder OnceByKey(this RouteHandlerBuilder route) => route
        .WithMetadata(new DescribedParameter(
            IdempotencyKeys.Header, "header",
            "1 to 255 printable ASCII characters. The same request with the same key is done once within a day."))
        .Fails("409 IDEMPOTENCY_KEY_IN_FLIGHT", "422 IDEMPOTENCY_KEY_REUSED");
}
