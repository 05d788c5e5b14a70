using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>What was wrong with a row.</summary>
internal sealed record RowError(long Row, string? Column, string Code);

/// <summary>What became of the rows of a file.</summary>
internal sealed record Counts(
    long Total = 0, long Processed = 0, long Failed = 0, long Inserted = 0, long Updated = 0, long Unchanged = 0, long Superseded = 0)
{
    public static Counts Of(JsonElement import)
    {
        long Number(string name) => import.GetProperty($"{name}Rows").GetInt64();
        return new(
            Number("total"), Number("processed"), Number("failed"), Number("inserted"), Number("updated"), Number("unchanged"),
            Number("superseded"));
    }
}

/// <summary>Imports products into a system, as a client does.</summary>
internal sealed partial class ImportApi(FulfillmentSystem system)
{
    private const string Path = "/api/inventory/imports";

    public Task<JsonElement> RunAsync(string file, string query = "") => RunAsync(Catalogue.Bytes(file), query);

    /// <summary>Uploads a file and follows the import to its end.</summary>
    public async Task<JsonElement> RunAsync(byte[] file, string query = "") => await EndOfAsync(await StartAsync(file, query));

    public Task<long> StartAsync(string file, string query = "") => StartAsync(Catalogue.Bytes(file), query);

    /// <summary>Uploads a file and returns the number of the import.</summary>
    public async Task<long> StartAsync(byte[] file, string query = "")
    {
        using var content = Raw(file);
        using var response = await PostAsync(content, query);
        return await AcceptedAsync(response);
    }

    /// <summary>The number of the import that an answer is about.</summary>
    public static async Task<long> AcceptedAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, text);
        var id = JsonDocument.Parse(text).RootElement.GetProperty("importId").GetInt64();
        response.Headers.Location!.OriginalString.ShouldBe(string.Create(CultureInfo.InvariantCulture, $"{Path}/{id}"));
        return id;
    }

    public Task<HttpResponseMessage> PostAsync(HttpContent content, string query = "") =>
        system.Api("Inventory").PostAsync(new Uri($"{Path}{query}", UriKind.Relative), content);

    public static HttpContent Raw(byte[] file, string? type = "text/csv")
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }

    public static HttpContent Multipart(byte[] file, string fileName, string? type = null) =>
        new MultipartFormDataContent { { Raw(file, type), "file", fileName } };

    public Task<JsonElement> GetAsync(long id) => system.GetAsync("Inventory", $"{Path}/{id}");

    /// <summary>Waits until an import no longer runs, and returns it when its numbers agree with each other.</summary>
    public async Task<JsonElement> EndOfAsync(long id)
    {
        var import = await Eventually.Get($"import {id} to end", () => GetAsync(id), import => StateOf(import) != "RUNNING");
        var counts = Counts.Of(import);
        counts.Processed.ShouldBe(counts.Inserted + counts.Updated + counts.Unchanged + counts.Superseded, import.ToString());
        import.GetProperty("errorsByCode").EnumerateObject().Sum(code => code.Value.GetInt64()).ShouldBe(counts.Failed, import.ToString());
        if (StateOf(import) == "COMPLETED")
        {
            counts.Total.ShouldBe(counts.Processed + counts.Failed, import.ToString());
            import.GetProperty("chunksDone").GetInt64().ShouldBe(import.GetProperty("chunks").GetInt64());
            import.GetProperty("finishedAt").GetString().ShouldNotBeNullOrEmpty();
        }

        return import;
    }

    public static string StateOf(JsonElement import) => import.GetProperty("state").GetString()!;

    public static long IdOf(JsonElement import) => import.GetProperty("importId").GetInt64();

    /// <summary>Pauses, resumes or cancels.</summary>
    public Task<HttpResponseMessage> CommandAsync(long id, string command) =>
        system.Api("Inventory").PostAsync(new Uri($"{Path}/{id}/{command}", UriKind.Relative), null);

    /// <summary>Pauses, resumes or cancels, which must succeed.</summary>
    public async Task<JsonElement> ObeyAsync(long id, string command)
    {
        using var response = await CommandAsync(id, command);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Every error, following the links from page to page.</summary>
    public async Task<IReadOnlyList<JsonElement>> ErrorListAsync(long id, string query = "?limit=500")
    {
        var (errors, pages) = (new List<JsonElement>(), 0);
        var next = $"{Path}/{id}/errors{query}";
        while (next is not null)
        {
            using var response = await system.Api("Inventory").GetAsync(new Uri(next, UriKind.Relative));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
            errors.AddRange((await response.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray());
            next = response.Headers.TryGetValues("Link", out var links) ? NextLink().Match(links.Single()).Groups[1].Value : null;
            (++pages).ShouldBeLessThan(10_000, "pages go round in circles");
        }

        return errors;
    }

    public async Task<IReadOnlyList<RowError>> ErrorsAsync(long id, string query = "?limit=500") =>
    [
        .. (await ErrorListAsync(id, query)).Select(error => new RowError(
            error.GetProperty("row").GetInt64(), error.GetProperty("column").GetString(), error.GetProperty("code").GetString()!)),
    ];

    public async Task<string> ErrorFileAsync(long id) => await TextAsync($"{Path}/{id}/errors.csv");

    public Task<string> TemplateAsync() => TextAsync($"{Path}/template.csv");

    /// <summary>The products whose keys begin so: key, name, description, price and available stock.</summary>
    public Task<IReadOnlyList<string>> ProductsAsync(string prefix) => system.Inventory.ListAsync<string>(
        """
        SELECT concat_ws('|', product_id, p.name, coalesce(p.description, ''), p.price, i.available_quantity)
        FROM products p JOIN inventory_items i USING (product_id)
        WHERE starts_with(product_id, $1) AND i.product_name = p.name ORDER BY product_id
        """,
        prefix);

    public Task<long> CountAsync(string prefix) =>
        system.Inventory.ScalarAsync<long>("SELECT count(*) FROM products WHERE starts_with(product_id, $1)", prefix);

    /// <summary>Both tables of products, the versions of the rows included, so that any write is seen.</summary>
    public async Task<string> VersionsAsync(string prefix) => string.Join('\n',
    [
        .. await system.Inventory.ListAsync<string>(
            "SELECT xmin || ' ' || row_to_json(p) FROM products p WHERE starts_with(product_id, $1) ORDER BY product_id", prefix),
        .. await system.Inventory.ListAsync<string>(
            "SELECT xmin || ' ' || row_to_json(i) FROM inventory_items i WHERE starts_with(product_id, $1) ORDER BY product_id", prefix),
    ]);

    /// <summary>A digest of both tables of products, but for the times.</summary>
    public async Task<string> ContentsAsync()
    {
        const string Digest = "SELECT count(*) || ' ' || md5(string_agg((to_jsonb(r) - 'updated_at')::text, E'\\n' ORDER BY product_id))";
        var products = await system.Inventory.ScalarAsync<string>($"{Digest} FROM products r");
        return $"{products}, {await system.Inventory.ScalarAsync<string>($"{Digest} FROM inventory_items r")}";
    }

    private async Task<string> TextAsync(string path)
    {
        using var response = await system.Api("Inventory").GetAsync(new Uri(path, UriKind.Relative));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        return await response.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("^<([^>]+)>; rel=\"next\"$")]
    private static partial Regex NextLink();
}
