using Fulfillment.Hosting;
using Fulfillment.Web;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Fulfillment.Host;

/// <summary>
/// <c>/openapi/{module}.json</c> for each module of the process, and <c>/scalar</c>, which shows the documents of all modules. It
/// is in the host because comments become descriptions in the assembly that adds the documents.
/// </summary>
internal static class OpenApiSetup
{
    // The page brings its own program; the server writes the content into the page, which needs 'unsafe-inline'.
    private const string ScalarPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>A document per module.</summary>
    public static void AddDescriptions(this IServiceCollection services, IReadOnlyList<Module> modules)
    {
        foreach (var module in modules)
        {
            services.AddOpenApi(module.Name.ToLowerInvariant(), options =>
            {
                options.ShouldInclude = operation => operation.RelativePath is { } path && IsOf(path, module.ApiPrefix);
                options.AddOperationTransformer<OperationTransformer>();
                // Written by a converter of the system, which the documents do not know.
                options.AddSchemaTransformer((schema, context, _) =>
                {
                    if (context.JsonTypeInfo.Type == typeof(DateTimeOffset))
                        schema.Type = JsonSchemaType.String;
                    else if (context.JsonTypeInfo.Type == typeof(DateTimeOffset?))
                        schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
                    return Task.CompletedTask;
                });
                options.AddDocumentTransformer((document, _, _) =>
                {
                    document.Info.Title = $"Fulfillment: {module.Name}";
                    document.Info.Description = "Errors are problem details (RFC 9457) whose type leads to a page about them. "
                        + "Times are UTC; money is a decimal number.";
                    // A client calls the address of the document: one of the ports, or the gateway.
                    document.Servers = [];
                    return Task.CompletedTask;
                });
            });
        }
    }

    /// <summary>Maps the documents and the page.</summary>
    public static void MapDescriptions(this WebApplication app, IReadOnlyList<Module> modules)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/scalar", page =>
        {
            page.Title = "Fulfillment API";
            // Nothing that leads, or loads, from elsewhere.
            page.DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton();
            foreach (var module in modules) page.AddDocument(module.Name.ToLowerInvariant(), module.Name);
        }).Finally(endpoint =>
        {
            var page = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = http =>
            {
                PageSecurity.Apply(http.Response, ScalarPolicy);
                return page(http);
            };
        });
    }

    private static bool IsOf(string path, string prefix) =>
        $"/{path}" is var full && (full == prefix || full.StartsWith($"{prefix}/", StringComparison.Ordinal));
}
