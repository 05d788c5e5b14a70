using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Fulfillment.Web;

/// <summary>Adds to an operation of an OpenAPI document its <see cref="OperationMetadata"/> and the errors of every operation.</summary>
internal sealed class OperationTransformer(ErrorCatalog catalog) : IOpenApiOperationTransformer
{
    private const string ProblemName = "Problem";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (var parameter in metadata.OfType<RequestParameter>())
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name, In = parameter.In, Description = parameter.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        context.Document!.AddComponent(ProblemName, ProblemSchema());
        operation.Responses ??= [];
        var errors = metadata.OfType<OperationError>().Concat(CommonErrors(operation)).Distinct();
        foreach (var status in errors.GroupBy(error => error.Status).OrderBy(status => status.Key))
        {
            var title = ReasonPhrases.GetReasonPhrase(status.Key);
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = $"{title}: {string.Join(", ", status.Select(error => error.Code))}",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(ProblemName, context.Document),
                        Examples = status.ToDictionary(error => error.Code, error => (IOpenApiExample)Example(error, title)),
                    },
                },
            };
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<OperationError> CommonErrors(OpenApiOperation operation)
    {
        if (operation.RequestBody is not null)
        {
            yield return new OperationError(400, "VALIDATION_FAILED");
            yield return new OperationError(400, "MALFORMED_JSON");
            yield return new OperationError(400, "BODY_EXPECTED");
            yield return new OperationError(413, "PAYLOAD_TOO_LARGE");
            yield return new OperationError(415, "UNSUPPORTED_MEDIA_TYPE");
        }

        var places = operation.Parameters!.Select(parameter => parameter.In).ToHashSet();
        if (places.Contains(ParameterLocation.Query)) yield return new OperationError(400, "VALIDATION_FAILED");
        if (places.Contains(ParameterLocation.Path)) yield return new OperationError(404, "NOT_FOUND");
        yield return new OperationError(500, "INTERNAL_ERROR");
        yield return new OperationError(503, "DEPENDENCY_UNAVAILABLE");
    }

    private OpenApiExample Example(OperationError error, string title) => new()
    {
        Value = new JsonObject
        {
            ["type"] = $"/errors/{error.Code}", ["title"] = title, ["status"] = error.Status,
            ["detail"] = catalog.All.FirstOrDefault(explained => explained.Code == error.Code)?.Cause ?? title, ["code"] = error.Code,
            ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        },
    };

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Address of a page that explains the code."), ["title"] = Text("Name of the status."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer }, ["detail"] = Text("The mistake, for people."),
            ["instance"] = Text("Address of the request."),
            ["code"] = Text("The mistake, for programs."), ["traceId"] = Text("Trace id of the request in the log."),
            ["errors"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Mistakes by field." },
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
