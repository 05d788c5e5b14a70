using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Fulfillment.Web.Description;

/// <summary>
/// Completes an operation of an OpenAPI document: the texts of <see cref="Describe"/>, and the errors that every operation of its
/// kind has.
/// </summary>
public static class OperationDescription
{
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";
    private static readonly string[] OfJson = ["VALIDATION_FAILED", "MALFORMED_JSON", "BODY_EXPECTED"];

    /// <summary>Completes an operation.</summary>
    public static Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(context);
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var explanations = context.ApplicationServices.GetRequiredService<ErrorCatalog>().All;
        var json = context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        foreach (var parameter in metadata.OfType<DescribedParameter>()) AddParameter(operation, parameter);
        if (metadata.OfType<DescribedBody>().LastOrDefault() is { } body && JsonOf(operation.RequestBody?.Content) is { } taken)
            taken.Example = JsonSerializer.SerializeToNode(body.Example, json);
        foreach (var answer in metadata.OfType<DescribedAnswer>().Where(answer => answer.Example is not null))
        {
            if (JsonOf(Response(operation, answer.Status).Content) is { } given)
                given.Example = JsonSerializer.SerializeToNode(answer.Example, json);
        }

        var isFile = false;
        foreach (var file in metadata.OfType<DescribedFile>())
        {
            isFile = true;
            var content = file.Types.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = File() });
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = content };
        }

        var ofItsKind = ErrorsOfItsKind(operation, isFile, context.Description.RelativePath ?? "");
        var errors = metadata.OfType<DescribedError>().Concat(ofItsKind).Distinct();
        foreach (var status in errors.GroupBy(error => error.Status).OrderBy(status => status.Key))
            AddErrors(operation, status.Key, [.. status.Select(error => error.Code)], explanations);
        return Task.CompletedTask;
    }

    private static IEnumerable<DescribedError> ErrorsOfItsKind(OpenApiOperation operation, bool isFile, string path)
    {
        if (operation.RequestBody is not null)
        {
            foreach (var code in isFile ? [] : OfJson) yield return new DescribedError(StatusCodes.Status400BadRequest, code);
            yield return new DescribedError(StatusCodes.Status413PayloadTooLarge, "PAYLOAD_TOO_LARGE");
            yield return new DescribedError(StatusCodes.Status415UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        }

        if (path.Contains('{', StringComparison.Ordinal)) yield return new DescribedError(StatusCodes.Status404NotFound, "NOT_FOUND");
        yield return new DescribedError(StatusCodes.Status500InternalServerError, "INTERNAL_ERROR");
        yield return new DescribedError(StatusCodes.Status503ServiceUnavailable, "DEPENDENCY_UNAVAILABLE");
    }

    private static void AddParameter(OpenApiOperation operation, DescribedParameter parameter)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = parameter.Name,
            In = parameter.In == "header" ? ParameterLocation.Header : ParameterLocation.Query,
            Description = parameter.Description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }

    private static void AddErrors(
        OpenApiOperation operation, int status, IReadOnlyList<string> codes, IReadOnlyList<ErrorExplanation> explanations)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        var response = Response(operation, status);
        response.Description = $"{title}: {string.Join(", ", codes)}";
        response.Content = new Dictionary<string, OpenApiMediaType>
        {
            [ProblemJson] = new OpenApiMediaType
            {
                Schema = ProblemSchema(),
                Examples = codes.ToDictionary(
                    code => code,
                    code => (IOpenApiExample)new OpenApiExample { Value = Example(status, title, code, explanations) }),
            },
        };
    }

    private static OpenApiMediaType? JsonOf(IDictionary<string, OpenApiMediaType>? content) =>
        content is not null && content.TryGetValue(Json, out var type) ? type : null;

    private static OpenApiResponse Response(OpenApiOperation operation, int status)
    {
        operation.Responses ??= [];
        var key = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (operation.Responses.TryGetValue(key, out var known) && known is OpenApiResponse response) return response;
        response = new OpenApiResponse { Description = ReasonPhrases.GetReasonPhrase(status) };
        operation.Responses[key] = response;
        return response;
    }

    private static JsonObject Example(int status, string title, string code, IReadOnlyList<ErrorExplanation> explanations)
    {
        var explained = explanations.FirstOrDefault(error => error.Code == code);
        return new JsonObject
        {
            ["type"] = $"/errors/{code}", ["title"] = title, ["status"] = status, ["detail"] = explained?.Cause ?? title, ["code"] = code,
            ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
    }

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

    private static OpenApiSchema File() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
