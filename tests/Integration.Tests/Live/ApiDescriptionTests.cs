using System.Text.Json;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;
using Integration.Tests.Operations;

namespace Integration.Tests.Live;

/// <summary>What programs and people are told about the API.</summary>
[Collection<OneProcessCollection>]
public sealed partial class ApiDescriptionTests(OneProcess shared) : SystemTest
{
    private readonly HttpClient _http = shared.System.Api("Order");

    public static TheoryData<string, string, int> Documents { get; } = new()
    {
        { "order", "/api/orders", 18 }, { "inventory", "/api/inventory", 25 }, { "payment", "/api/payments", 19 },
        { "notification", "/api/notifications", 13 },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_operation_of_a_module_has_a_summary_examples_and_all_of_its_errors(string module, string prefix, int least)
    {
        var document = await DocumentAsync(module);
        var operations = Operations(document).ToList();
        operations.Count.ShouldBeGreaterThanOrEqualTo(least);

        foreach (var (path, operation) in operations)
        {
            path.ShouldStartWith(prefix);
            operation.TryGetProperty("summary", out _).ShouldBeTrue(path);
            var responses = operation.GetProperty("responses");
            responses.EnumerateObject().ShouldContain(response => response.Name[0] == '2', path);
            responses.TryGetProperty("500", out _).ShouldBeTrue(path);
            responses.TryGetProperty("503", out _).ShouldBeTrue(path);
            if (path.Contains('{')) responses.TryGetProperty("404", out _).ShouldBeTrue(path);
            if (operation.TryGetProperty("requestBody", out var body)
                && body.GetProperty("content").TryGetProperty("application/json", out var json)
                && !path.EndsWith("edit-and-replay", StringComparison.Ordinal))
                ExampleOf(document, json).ShouldNotBeNull($"{path} has an example of its body");
            if (body.ValueKind == JsonValueKind.Object) responses.TryGetProperty("415", out _).ShouldBeTrue(path);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_error_has_an_example_whose_type_leads_to_a_page(string module, string prefix, int least)
    {
        _ = (prefix, least);
        var types = (
            from entry in Operations(await DocumentAsync(module))
            from response in entry.Operation.GetProperty("responses").EnumerateObject()
            where response.Name[0] is '4' or '5'
            from example in response.Value.GetProperty("content")
                .GetProperty("application/problem+json").GetProperty("examples").EnumerateObject()
            select example.Value.GetProperty("value").Text("type")).Distinct().ToList();
        types.Count.ShouldBeGreaterThan(2);

        foreach (var type in types)
        {
            using var page = await _http.GetAsync(new Uri(type, UriKind.Relative));
            page.IsSuccessStatusCode.ShouldBeTrue(type);
        }
    }

    [Fact]
    public async Task An_example_of_an_order_can_be_placed_as_it_is()
    {
        var document = await DocumentAsync("order");
        var body = document.GetProperty("paths").GetProperty("/api/orders").GetProperty("post")
            .GetProperty("requestBody").GetProperty("content").GetProperty("application/json");

        await shared.System.PlaceAsync(ExampleOf(document, body)!.Value);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_example_has_the_fields_of_its_schema(string module, string prefix, int least)
    {
        _ = (prefix, least);
        var checkedExamples = 0;
        foreach (var schema in (await DocumentAsync(module)).GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            if (!schema.Value.TryGetProperty("examples", out var examples)) continue;
            var fields = examples[0].EnumerateObject().Select(field => field.Name).ToList();
            var properties = schema.Value.GetProperty("properties").EnumerateObject().Select(property => property.Name);
            fields.ShouldBeSubsetOf(properties, schema.Name);
            if (schema.Value.TryGetProperty("required", out var required))
                required.EnumerateArray().Select(field => field.GetString()!).ShouldBeSubsetOf(fields, schema.Name);
            checkedExamples++;
        }

        checkedExamples.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Fields_have_types_and_are_described_by_the_comments_of_the_code()
    {
        var entry = (await DocumentAsync("order"))
            .GetProperty("components").GetProperty("schemas").GetProperty("TimelineEntry").GetProperty("properties");

        entry.GetProperty("timestamp").Text("type").ShouldBe("string");
        entry.GetProperty("timestamp").Text("format").ShouldBe("date-time");
        entry.GetProperty("sincePreviousMs").Text("description").ShouldStartWith("Milliseconds since the entry before");
    }

    [Fact]
    public async Task Page_of_the_documentation_lists_all_modules_and_takes_nothing_from_elsewhere()
    {
        using var response = await _http.GetAsync(new Uri("/scalar/", UriKind.Relative));
        response.IsSuccessStatusCode.ShouldBeTrue();
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'self';");
        var page = await response.Content.ReadAsStringAsync();

        foreach (var module in new[] { "order", "inventory", "payment", "notification" }) page.ShouldContain($"{module}.json");
        var sources = Source().Matches(page).Select(match => match.Groups[1].Value).ToList();
        sources.ShouldNotBeEmpty();
        foreach (var source in sources)
        {
            source.ShouldNotContain("//");
            using var part = await _http.GetAsync(new Uri(new Uri(_http.BaseAddress!, "/scalar/"), source));
            part.IsSuccessStatusCode.ShouldBeTrue(source);
        }
    }

    private Task<JsonElement> DocumentAsync(string module) => shared.System.GetAsync("Order", $"/openapi/{module}.json");

    /// <summary>The example of the schema of a body; null when there is none.</summary>
    private static JsonElement? ExampleOf(JsonElement document, JsonElement body)
    {
        var schema = body.GetProperty("schema");
        if (schema.TryGetProperty("oneOf", out var nullOrSchema)) schema = nullOrSchema[1];
        var named = document.GetProperty("components").GetProperty("schemas").GetProperty(schema.Text("$ref").Split('/')[^1]);
        return named.TryGetProperty("examples", out var examples) ? examples[0] : null;
    }

    private static IEnumerable<(string Path, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (path.Name, operation.Value);

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Source();
}
