using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>What cannot be imported at all is refused at once and leaves neither a row nor a file behind.</summary>
public sealed class RefusedFileTests(SmallFiles shared) : SystemTest, IClassFixture<SmallFiles>, IAsyncLifetime
{
    private readonly ImportApi _imports = new(shared.System);
    private long _importsBefore;
    private string[] _filesBefore = [];

    public async ValueTask InitializeAsync() =>
        (_importsBefore, _filesBefore) = (await shared.System.Inventory.CountAsync("import_jobs"), Files());

    public static TheoryData<string, byte[]> BadFiles { get; } = new()
    {
        { "empty", [] },
        { "UTF-16, little end first", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Catalogue.Small("1,N,1,5"))] },
        { "UTF-16, big end first", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Catalogue.Small("1,N,1,5"))] },
        { "gzip of nothing", Catalogue.Gzip([]) },
        { "gzip that breaks off", Catalogue.Gzip(new Random(1).GetItems<byte>("0123456789\n,"u8, 20_000))[..5_000] },
        { "gzip that breaks off in its last bytes", Catalogue.Gzip(Catalogue.Bytes(Catalogue.Small("1,N,1,5")))[..^4] },
        { "the first bytes of gzip only", [0x1F, 0x8B] },
        { "no header that could be one", Catalogue.Bytes("\n\n\n") },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task File_that_cannot_be_read_is_refused_with_400(string @case, byte[] file)
    {
        foreach (var content in new[] { ImportApi.Raw(file), ImportApi.Multipart(file, "list.csv") })
        {
            using var response = await _imports.PostAsync(content);
            var problem = await ProblemOf(response, HttpStatusCode.BadRequest);
            problem.GetProperty("errors").EnumerateObject().ShouldNotBeEmpty(@case);
            content.Dispose();
        }

        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("Internal ID,Name,Cost,Stock", "", "Price")]
    [InlineData("Internal ID,Price,Stock", "", "Name")]
    [InlineData("Internal ID,Name,Price", "", "Stock")]
    [InlineData("SKU,Name,Price,Stock", "", "Internal ID")]
    [InlineData("Internal ID,Name,Price,Stock", "?key=ean", "EAN")]
    [InlineData("Internal ID,Name,Price,Stock", "?key=index", "Index")]
    [InlineData("Internal ID,Name,Price", "?mode=stockOnly", "Stock")]
    public async Task Missing_column_is_named_with_what_was_found_instead(string header, string query, string missing)
    {
        using var content = ImportApi.Raw(Catalogue.Bytes($"{header}\n1,2,3,4\n"));
        using var response = await _imports.PostAsync(content, query);

        var problem = await ProblemOf(response, HttpStatusCode.BadRequest);
        problem.GetProperty("code").GetString().ShouldBe("MISSING_COLUMN");
        var said = problem.GetProperty("errors").GetProperty("file").ToString();
        said.ShouldContain(missing);
        foreach (var found in header.Split(',')) said.ShouldContain(found);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("\uD83D\uDE00")]
    [InlineData("\r")]
    [InlineData("\"")]
    public async Task Column_with_a_strange_name_is_no_failure_of_the_server(string name)
    {
        using var content = ImportApi.Raw(Catalogue.Bytes($"{Catalogue.Required},{name}\n1,2,3,4,5\n"));
        using var response = await _imports.PostAsync(content, "?dryRun=true");

        ((int)response.StatusCode).ShouldBeOneOf(202, 400);
    }

    [Fact]
    public async Task File_beyond_the_limit_is_refused_with_413_packed_or_not()
    {
        var large = Catalogue.Bytes(Catalogue.Of("LARGE-", 2_000));
        large.Length.ShouldBeGreaterThan(SmallFiles.MaxBytes);
        var bomb = Catalogue.Gzip(new byte[50_000_000]);
        foreach (var file in new[] { large, Catalogue.Gzip(large), bomb })
        {
            foreach (var content in new[] { ImportApi.Raw(file), ImportApi.Multipart(file, "list.csv") })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/inventory/imports") { Content = content };
                // Else the refusal may cut off the body that is still being sent, and with it the answer.
                request.Headers.ExpectContinue = true;
                using var response = await shared.System.Api("Inventory").SendAsync(request);
                await ProblemOf(response, HttpStatusCode.RequestEntityTooLarge);
            }
        }

        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Body_of_another_type_is_refused_with_415(string? type)
    {
        using var content = ImportApi.Raw(Catalogue.Bytes(Catalogue.Small("1,N,1,5")), type);
        using var response = await _imports.PostAsync(content);

        await ProblemOf(response, HttpStatusCode.UnsupportedMediaType);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("?colour=red", "colour")]
    [InlineData("?key=name", "key")]
    [InlineData("?key=", "key")]
    [InlineData("?key=ean&key=index", "key")]
    [InlineData("?duplicates=all", "duplicates")]
    [InlineData("?mode=delete", "mode")]
    [InlineData("?dryRun=maybe", "dryRun")]
    [InlineData("?maxErrors=-1", "maxErrors")]
    [InlineData("?maxErrors=x", "maxErrors")]
    [InlineData("?maxErrors=99999999999999999999", "maxErrors")]
    public async Task Bad_query_of_an_upload_is_refused_with_the_name_that_is_wrong(string query, string name)
    {
        using var content = ImportApi.Raw(Catalogue.Bytes(Catalogue.Small("1,N,1,5")));
        using var response = await _imports.PostAsync(content, query);

        (await ProblemOf(response, HttpStatusCode.BadRequest)).GetProperty("errors").TryGetProperty(name, out _).ShouldBeTrue(query);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("/api/inventory/imports?state=DONE", 400)]
    [InlineData("/api/inventory/imports?limit=0", 400)]
    [InlineData("/api/inventory/imports?cursor=!!!", 400)]
    [InlineData("/api/inventory/imports?colour=red", 400)]
    [InlineData("/api/inventory/imports/999999999999", 404)]
    [InlineData("/api/inventory/imports/abc", 404)]
    [InlineData("/api/inventory/imports/0", 404)]
    [InlineData("/api/inventory/imports/999999999999/errors", 404)]
    [InlineData("/api/inventory/imports/999999999999/errors.csv", 404)]
    [InlineData("/api/inventory/products/NO-SUCH-PRODUCT", 404)]
    [InlineData("POST /api/inventory/imports/999999999999/pause", 404)]
    [InlineData("POST /api/inventory/imports/999999999999/resume", 404)]
    [InlineData("POST /api/inventory/imports/999999999999/cancel", 404)]
    public async Task Bad_question_is_refused_with_a_problem(string what, int status)
    {
        var (method, path) = what.Split(' ') is [var verb, var rest] ? (new HttpMethod(verb), rest) : (HttpMethod.Get, what);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        using var response = await shared.System.Api("Inventory").SendAsync(request);
        await ProblemOf(response, (HttpStatusCode)status);
    }

    [Fact]
    public async Task Upload_that_breaks_off_leaves_nothing_behind()
    {
        var address = shared.System.Api("Inventory").BaseAddress!;
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(address.Host, address.Port);
            var body = Catalogue.Bytes(Catalogue.Of("BROKEN-", 300));
            var head = string.Create(
                CultureInfo.InvariantCulture,
                $"POST /api/inventory/imports HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
                + $"Content-Length: {body.Length + 1}\r\n\r\n");
            await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body]);
            await Eventually.True("the server to keep what has come", () => Files().Except(_filesBefore).Any());
        }

        await Eventually.True("no file to be left", () => !Files().Except(_filesBefore).Any());
        await NothingIsLeftAsync();
    }

    private string[] Files() => Directory.GetFiles(shared.System.ImportDirectory, "*", SearchOption.AllDirectories);

    private async Task NothingIsLeftAsync()
    {
        // What was there may have been imported and removed meanwhile.
        Files().Except(_filesBefore).ShouldBeEmpty();
        (await shared.System.Inventory.CountAsync("import_jobs")).ShouldBe(_importsBefore);
    }

    private static async Task<JsonElement> ProblemOf(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        foreach (var inside in new[] { "   at ", "Exception", "System.", "Npgsql", "SELECT", "/tmp/" }) text.ShouldNotContain(inside);
        return JsonDocument.Parse(text).RootElement;
    }
}
