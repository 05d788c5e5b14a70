using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;

namespace Fulfillment.Web;

/// <summary>A query parameter or header that is read by hand, so the framework does not know it.</summary>
internal sealed record RequestParameter(string Name, ParameterLocation In, string Description);

/// <summary>An error that an operation has besides those of every operation.</summary>
internal sealed record OperationError(int Status, string Code);

/// <summary>Metadata of an operation for its OpenAPI document, besides the framework's.</summary>
public static class OperationMetadata
{
    /// <summary>Names error codes of the operation, for example 409 and <c>ORDER_ENDED</c>.</summary>
    public static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder route, int status, params IReadOnlyList<string> codes) =>
        route.WithMetadata([.. codes.Select(code => new OperationError(status, code))]);

    /// <summary>Describes a query parameter that the operation reads by hand.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder route, string name, string description) =>
        route.WithMetadata(new RequestParameter(name, ParameterLocation.Query, description));

    /// <summary>Describes the header <c>Idempotency-Key</c> and its errors.</summary>
    public static RouteHandlerBuilder WithIdempotencyKey(this RouteHandlerBuilder route) => route
        .WithMetadata(new RequestParameter(
            IdempotencyKeys.Header, ParameterLocation.Header,
            "1 to 255 printable ASCII characters. The same request with the same key is done once within a day."))
        .ProducesErrors(StatusCodes.Status409Conflict, "IDEMPOTENCY_KEY_IN_FLIGHT")
        .ProducesErrors(StatusCodes.Status422UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED");
}
