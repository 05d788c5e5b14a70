using System.Text.Json;
using System.Text.Json.Serialization;
using Fulfillment.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfillment.Web;

/// <summary>JSON of the HTTP API: camelCase, enums in upper case, and strict about what it reads.</summary>
internal static class JsonSetup
{
    public static void AddStrictJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options =>
        {
            var json = options.SerializerOptions;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.AllowDuplicateProperties = false;
            json.RespectNullableAnnotations = true;
            json.RespectRequiredConstructorParameters = true;
            json.MaxDepth = 16;
            json.Converters.Add(new UtcMillisecondsConverter());
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
        });
}
