using System.Text;
using Fulfillment.Persistence.Idempotency;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fulfillment.Web;

/// <summary>The header <c>Idempotency-Key</c>: reads it, and makes the response that it demands.</summary>
public static class IdempotencyKeys
{
    internal const string Header = "Idempotency-Key";

    private const int MaxLength = 255;

    /// <summary>Reads the key of a request, if it has one.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="scope">Operation: method and route with its ids.</param>
    /// <param name="request">The request as it was bound.</param>
    /// <returns>The key, or null; and the 400 when it is not a key.</returns>
    public static (IdempotencyKey? Key, ProblemHttpResult? Mistake) Read(HttpContext http, string scope, object request)
    {
        if (!http.Request.Headers.TryGetValue(Header, out var values)) return (null, null);
        if (values is not [{ Length: >= 1 and <= MaxLength } value] || value.Any(character => character is < ' ' or > '~'))
            return (null, Problems.Invalid(Header, $"must be given once and be 1 to {MaxLength} printable ASCII characters"));

        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return (new IdempotencyKey(scope, value, request, json), null);
    }

    /// <summary>The response to a request with a key.</summary>
    public static IResult Answer(IdempotencyResult result) => result.Outcome switch
    {
        IdempotencyOutcome.Done => new Given(result.Answer!, replayed: false),
        IdempotencyOutcome.Replayed => new Given(result.Answer!, replayed: true),
        IdempotencyOutcome.Reused => Problems.Of(
            StatusCodes.Status422UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED",
            $"This {Header} was used with another body; use a new key for a new request."),
        _ => Problems.Conflict("IDEMPOTENCY_KEY_IN_FLIGHT", $"A request with this {Header} is being worked on; try again soon."),
    };

    private sealed class Given(StoredResponse answer, bool replayed) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = answer.Status;
            response.ContentType = "application/json; charset=utf-8";
            if (answer.Location is { } location) response.Headers.Location = location;
            if (replayed) response.Headers["Idempotent-Replayed"] = "true";
            var bytes = Encoding.UTF8.GetBytes(answer.Body);
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
        }
    }
}
