using System.Text;
using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>Files as spreadsheets, shop systems and scripts write them.</summary>
[Collection<OneProcessCollection>]
public sealed class FileFormatTests(OneProcess shared) : SystemTest
{
    private readonly ImportApi _imports = new(shared.System);

    /// <summary>
    /// Name of a case, the file with $ for the test's prefix, and the products that must be there: key, name, description, price, stock.
    /// </summary>
    public static TheoryData<string, string, string[]> GoodFiles { get; } = new()
    {
        { "columns in another order and case", "STOCK,price,nAME,internal id\n5,1.5,N,$1\n", ["$1|N||1.50|5"] },
        { "a column that is unknown", "Internal ID,Box,Name,Price,Stock\n$1,red,N,1,5\n", ["$1|N||1.00|5"] },
        { "a header in quotes", "\"Internal ID\",\"Name\",\"Price\",\"Stock\"\n\"$1\",\"N\",\"1\",\"5\"\n", ["$1|N||1.00|5"] },
        { "a byte order mark", "\uFEFFInternal ID,Name,Price,Stock\n$1,N,1,5\n", ["$1|N||1.00|5"] },
        { "semicolons", "Internal ID;Name;Price;Stock\n$1;N, with a comma;1;5\n", ["$1|N, with a comma||1.00|5"] },
        { "tabs", "Internal ID\tName\tPrice\tStock\n$1\tN\t1\t5\n", ["$1|N||1.00|5"] },
        { "bars", "Internal ID|Name|Price|Stock\n$1|N|1|5\n", ["$1|N||1.00|5"] },
        { "CRLF", "Internal ID,Name,Price,Stock\r\n$1,N,1,5\r\n$2,M,2,6\r\n", ["$1|N||1.00|5", "$2|M||2.00|6"] },
        {
            "mixed ends of lines", "Internal ID,Name,Price,Stock\r\n$1,N,1,5\n$2,M,2,6\r\n$3,O,3,7\n",
            ["$1|N||1.00|5", "$2|M||2.00|6", "$3|O||3.00|7"]
        },
        { "doubled quotes and commas in quotes", "Internal ID,Name,Price,Stock\n$1,\"a \"\"b\"\", c\",1,5\n", ["$1|a \"b\", c||1.00|5"] },
        {
            "quoted ends of lines", "Internal ID,Name,Price,Stock,Description\n$1,N,1,5,\"a\nb\r\nc\"\n$2,M,2,6,d\n",
            ["$1|N|a\nb\r\nc|1.00|5", "$2|M|d|2.00|6"]
        },
        { "empty lines", "Internal ID,Name,Price,Stock\n\n$1,N,1,5\n\r\n\n$2,M,2,6\n\n", ["$1|N||1.00|5", "$2|M||2.00|6"] },
        { "no newline at the end", "Internal ID,Name,Price,Stock\n$1,N,1,5\n$2,M,2,6", ["$1|N||1.00|5", "$2|M||2.00|6"] },
        { "a quote as the last byte", "Internal ID,Name,Price,Stock\n$1,N,1,\"5\"", ["$1|N||1.00|5"] },
        { "blanks", "Internal ID,Name,Price,Stock\n $1 , N , 1.5 , 5 \n", ["$1| N ||1.50|5"] },
        { "the largest numbers", "Internal ID,Name,Price,Stock\n$1,N,1000000000,1000000000\n", ["$1|N||1000000000.00|1000000000"] },
        { "the smallest numbers", "Internal ID,Name,Price,Stock\n$1,N,0.00,0\n", ["$1|N||0.00|0"] },
        { "other scripts", "Internal ID,Name,Price,Stock\n$1,Ünïcödé 客户 😀,1,5\n", ["$1|Ünïcödé 客户 😀||1.00|5"] },
        {
            "statements as values", "Internal ID,Name,Price,Stock\n$1,'; drop table products; --,1,5\n$2,\\N,1,5\n",
            ["$1|'; drop table products; --||1.00|5", "$2|\\N||1.00|5"]
        },
        { "fewer values than columns where none is required", "Internal ID,Name,Price,Stock,Brand,Color\n$1,N,1,5\n", ["$1|N||1.00|5"] },
    };

    [Theory]
    [MemberData(nameof(GoodFiles))]
    public async Task File_is_imported_whatever_wrote_it(string @case, string file, string[] products)
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync(file.Replace("$", prefix, StringComparison.Ordinal));

        ImportApi.StateOf(import).ShouldBe("COMPLETED", $"{@case}: {import}");
        Counts.Of(import).ShouldBe(new Counts(Total: products.Length, Processed: products.Length, Inserted: products.Length), @case);
        (await _imports.ProductsAsync(prefix))
            .ShouldBe(products.Select(product => product.Replace("$", prefix, StringComparison.Ordinal)), @case);
    }

    [Theory]
    [InlineData("Internal ID,Name,Price,Stock\n")]
    [InlineData("Internal ID,Name,Price,Stock")]
    [InlineData("Internal ID,Name,Price,Stock\r\n\r\n\n")]
    public async Task File_without_rows_is_complete_at_once(string file)
    {
        var import = await _imports.RunAsync(file);

        ImportApi.StateOf(import).ShouldBe("COMPLETED");
        Counts.Of(import).ShouldBe(new Counts());
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData("text/csv; charset=utf-8")]
    [InlineData("application/csv")]
    [InlineData("application/octet-stream")]
    [InlineData("text/plain")]
    [InlineData("application/gzip")]
    [InlineData("application/x-gzip")]
    [InlineData("multipart")]
    public async Task File_is_accepted_in_every_way_to_send_it_packed_or_not(string type)
    {
        foreach (var packed in new[] { false, true })
        {
            var prefix = Catalogue.NewPrefix();
            var file = Catalogue.Bytes(Catalogue.Small($"{prefix}1,N,1,5"));
            var sent = packed ? Catalogue.Gzip(file) : file;
            using var content = type == "multipart" ? ImportApi.Multipart(sent, "list.csv") : ImportApi.Raw(sent, type);
            using var response = await _imports.PostAsync(content);

            var import = await _imports.EndOfAsync(await ImportApi.AcceptedAsync(response));

            Counts.Of(import).ShouldBe(new Counts(Total: 1, Processed: 1, Inserted: 1));
            (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|5"]);
        }
    }

    [Fact]
    public async Task Import_says_what_it_was_asked_for_and_is_listed_first()
    {
        var file = Catalogue.Bytes(Catalogue.Small($"{Catalogue.NewPrefix()}1,N,1,5"));

        var import = await _imports.RunAsync(file, "?fileName=spring.csv&duplicates=first&mode=insertOnly&maxErrors=7");

        string? Text(string name) => import.GetProperty(name).GetString();
        Text("fileName").ShouldBe("spring.csv");
        (Text("key"), Text("duplicates"), Text("mode")).ShouldBe(("internalId", "first", "insertOnly"));
        import.GetProperty("dryRun").GetBoolean().ShouldBeFalse();
        import.GetProperty("maxErrors").GetInt64().ShouldBe(7);
        import.GetProperty("sizeBytes").GetInt64().ShouldBe(file.Length);
        Text("sha256").ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
        var list = await shared.System.GetAsync("Inventory", "/api/inventory/imports?limit=2&state=COMPLETED");
        list.GetArrayLength().ShouldBe(2);
        ImportApi.IdOf(list[0]).ShouldBe(ImportApi.IdOf(import));
    }

    [Fact]
    public async Task Name_of_an_uploaded_file_is_kept()
    {
        using var content = ImportApi.Multipart(Catalogue.Bytes(Catalogue.Small($"{Catalogue.NewPrefix()}1,N,1,5")), "winter.csv");
        using var response = await _imports.PostAsync(content);

        (await _imports.EndOfAsync(await ImportApi.AcceptedAsync(response))).GetProperty("fileName").GetString().ShouldBe("winter.csv");
    }

    [Fact]
    public async Task Every_column_is_kept()
    {
        var prefix = Catalogue.NewPrefix();
        await _imports.RunAsync($"{Catalogue.Full}\n77,N,D,B,C,12.30,EUR,5,400123,Red,XL,in_stock,{prefix}1\n");

        var product = await shared.System.GetAsync("Inventory", $"/api/inventory/products/{prefix}1");

        var expected = new Dictionary<string, string>
        {
            ["productId"] = $"{prefix}1", ["name"] = "N", ["description"] = "D", ["brand"] = "B", ["category"] = "C", ["price"] = "12.30",
            ["currency"] = "EUR", ["ean"] = "400123", ["color"] = "Red", ["size"] = "XL", ["availability"] = "in_stock",
            ["internalId"] = $"{prefix}1", ["index"] = "77",
        };
        product.EnumerateObject()
            .Where(field => field.Name != "updatedAt").ToDictionary(field => field.Name, field => field.Value.ToString())
            .ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task Text_in_other_encodings_than_utf_8_fails_row_by_row_and_the_neighbours_are_imported()
    {
        var prefix = Catalogue.NewPrefix();
        byte[] latin = [.. Catalogue.Bytes($"{prefix}2,caf"), 0xE9, .. Catalogue.Bytes(",1,5\n")];
        byte[] file = [.. Catalogue.Bytes(Catalogue.Small($"{prefix}1,N,1,5")), .. latin, .. Catalogue.Bytes($"{prefix}3,O,3,7\n")];

        var import = await _imports.RunAsync(file);

        var error = (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldHaveSingleItem();
        (error.Row, error.Code).ShouldBe((3, "BAD_ENCODING"));
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|5", $"{prefix}3|O||3.00|7"]);
        Encoding.UTF8.GetString(latin).ShouldContain('\uFFFD');
    }
}
