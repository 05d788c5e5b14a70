using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfillment.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fulfillment.Web;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457), each with a stable <c>code</c> and the <c>traceId</c>.</summary>
public static partial class Problems
{
    /// <summary>400 with the mistakes per field.</summary>
    public static ProblemHttpResult Invalid(IDictionary<string, string[]> errors) =>
        Of(StatusCodes.Status400BadRequest, "VALIDATION_FAILED", "The request has invalid fields; 'errors' names them.", errors);

    /// <summary>400 for one field.</summary>
    public static ProblemHttpResult Invalid(string field, string mistake) =>
        Invalid(new Dictionary<string, string[]> { [field] = [mistake] });

    /// <summary>400 for one field, with a code of its own.</summary>
    public static ProblemHttpResult Invalid(string code, string field, string mistake) =>
        Of(StatusCodes.Status400BadRequest, code, $"The {field} {mistake}.", new Dictionary<string, string[]> { [field] = [mistake] });

    /// <summary>413.</summary>
    public static ProblemHttpResult TooLarge(string detail) => Of(StatusCodes.Status413PayloadTooLarge, "PAYLOAD_TOO_LARGE", detail);

    /// <summary>415.</summary>
    public static ProblemHttpResult UnsupportedType(string detail) =>
        Of(StatusCodes.Status415UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", detail);

    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, "NOT_FOUND", detail);

    /// <summary>409.</summary>
    public static ProblemHttpResult Conflict(string code, string detail) => Of(StatusCodes.Status409Conflict, code, detail);

    /// <summary>503.</summary>
    public static ProblemHttpResult Unavailable(string code, string detail) => Of(StatusCodes.Status503ServiceUnavailable, code, detail);

    internal static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(
            options => options.CustomizeProblemDetails = context => Complete(context.HttpContext, context.ProblemDetails));
        services.AddExceptionHandler<ExceptionToProblem>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    internal static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => true });
        app.UseStatusCodePages();
    }

    /// <summary>400 for JSON that cannot be read, with the field at which the reader stopped.</summary>
    /// <param name="exception">Exception of the reader.</param>
    /// <param name="field">Field of the request that holds the JSON; empty when the body itself is it.</param>
    internal static ProblemHttpResult Malformed(JsonException exception, string field = "")
    {
        // "$.items[0].quantity" is the reader's path; clients know their fields without the root.
        var path = string.Join('.', new[] { field, (exception.Path ?? "").TrimStart('$').TrimStart('.') }.Where(part => part.Length > 0));
        var missing = MissingFields().Match(exception.Message).Groups["name"].Captures;
        var errors = missing.Count > 0
            ? missing.ToDictionary(name => path.Length == 0 ? name.Value : $"{path}.{name.Value}", _ => Mistake("is missing"))
            : new Dictionary<string, string[]>
            {
                [path.Length == 0 ? "body" : path] = Mistake("is not valid here: check its name, type and syntax"),
            };
        return Of(
            StatusCodes.Status400BadRequest, "MALFORMED_JSON",
            $"The body is not the JSON that is expected, near '{errors.Keys.First()}', line {exception.LineNumber + 1}.", errors);
    }

    private static string[] Mistake(string what) => [what];

    // The reader names the missing fields only in its message; with another wording the response would name the object.
    [GeneratedRegex(@"missing required properties including: ('(?<name>[^']+)'(, )?)+")]
    private static partial Regex MissingFields();

    internal static ProblemHttpResult Of(int status, string code, string detail, IDictionary<string, string[]>? errors = null)
    {
        var problem = new ProblemDetails { Status = status, Title = ReasonPhrases.GetReasonPhrase(status), Detail = detail };
        problem.Extensions["code"] = code;
        if (errors is not null) problem.Extensions["errors"] = errors;
        return TypedResults.Problem(problem);
    }

    private static void Complete(HttpContext http, ProblemDetails problem)
    {
        var status = problem.Status ?? http.Response.StatusCode;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        problem.Detail ??= $"{problem.Title}: {http.Request.Method} {http.Request.Path}";
        problem.Instance ??= http.Request.Path;
        problem.Extensions.TryAdd("code", ReasonPhrases.GetReasonPhrase(status).ToUpperInvariant().Replace(' ', '_'));
        problem.Type = $"/errors/{problem.Extensions["code"]}";
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;
        string? retryAfter = problem.Extensions["code"] switch
        {
            "IDEMPOTENCY_KEY_IN_FLIGHT" => "1",
            "DEPENDENCY_UNAVAILABLE" => "2",
            "OUTCOME_UNKNOWN" when IsRepeatable(http) => "2",
            "TOO_MANY_STREAMS" => "10",
            _ => null,
        };
        if (retryAfter is not null) http.Response.Headers.RetryAfter = retryAfter;
    }

    /// <summary>
    /// True when the same request may be sent again without harm. A client that repeats a request by itself does so because of
    /// <c>Retry-After</c>.
    /// </summary>
    internal static bool IsRepeatable(HttpContext http) =>
        !HttpMethods.IsPost(http.Request.Method) || http.Request.Headers.ContainsKey(IdempotencyKeys.Header);
}

/// <summary>Chooses the response to an exception. Nothing of the exception leaves the process unless it was made for the client.</summary>
internal sealed class ExceptionToProblem(IProblemDetailsService problems, ILogger<ExceptionToProblem> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = exception switch
        {
            BadHttpRequestException { InnerException: JsonException json } => Problems.Malformed(json),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problems.TooLarge("The body is larger than this operation allows."),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
                Problems.UnsupportedType("Send the body as application/json."),
            BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } => Problems.Of(
                StatusCodes.Status400BadRequest, "BODY_EXPECTED", "The body is missing, or could not be read to its end.",
                new Dictionary<string, string[]> { ["body"] = ["must be the JSON that this operation expects"] }),
            BadHttpRequestException bad => Problems.Of(bad.StatusCode, "BAD_REQUEST", "The request could not be read."),
            _ when IsUnknown(exception) && !HttpMethods.IsGet(httpContext.Request.Method) => Problems.Of(
                StatusCodes.Status504GatewayTimeout, "OUTCOME_UNKNOWN",
                "The database did not confirm the commit; the request may have been carried out. "
                + (Problems.IsRepeatable(httpContext)
                    ? "Send the same request again."
                    : "Look whether it was carried out before you send it again.")),
            _ when TransientErrors.Is(exception) => Problems.Unavailable(
                "DEPENDENCY_UNAVAILABLE", "A dependency is unavailable; nothing was done. Send the request again later."),
            _ => Problems.Of(
                StatusCodes.Status500InternalServerError, "INTERNAL_ERROR",
                "Something unexpected happened; the log has it under this traceId."),
        };
        httpContext.Response.StatusCode = problem.StatusCode;
        if (problem.StatusCode >= StatusCodes.Status500InternalServerError)
            logger.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.Request.Path.Value);

        return await problems.TryWriteAsync(
            new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem.ProblemDetails });
    }

    private static bool IsUnknown(Exception? exception) =>
        exception is OutcomeUnknownException || (exception is not null && IsUnknown(exception.InnerException));
}
