using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>A bad row is reported with its line, its column and a code, and keeps no other row out.</summary>
[Collection<OneProcessCollection>]
public sealed class RowErrorTests(OneProcess shared) : SystemTest
{
    private const string Header = "Internal ID,NAME,Price,Stock,Brand,Currency";
    private readonly ImportApi _imports = new(shared.System);

    /// <summary>A line with $ for a key, the column as the file names it, and the code.</summary>
    public static IReadOnlyList<(string Line, string? Column, string Code)> BadLines { get; } =
    [
        ("$,N", "Price", "MISSING_COLUMN"),
        ("$", "NAME", "MISSING_COLUMN"),
        ("$,N,1,5,B,EUR,more", null, "TOO_MANY_VALUES"),
        (",N,1,5,B,EUR", "Internal ID", "MISSING_VALUE"),
        ("  ,N,1,5,B,EUR", "Internal ID", "MISSING_VALUE"),
        ("$,,1,5,B,EUR", "NAME", "MISSING_VALUE"),
        ("$,N,,5,B,EUR", "Price", "MISSING_VALUE"),
        ("$,N,1,,B,EUR", "Stock", "MISSING_VALUE"),
        ("$,N,cheap,5,B,EUR", "Price", "INVALID_PRICE"),
        ("$,N,1.999,5,B,EUR", "Price", "INVALID_PRICE"),
        ("$,N,-1,5,B,EUR", "Price", "INVALID_PRICE"),
        ("$,N,\"1,5\",5,B,EUR", "Price", "INVALID_PRICE"),
        ("$,N,1000000000.01,5,B,EUR", "Price", "INVALID_PRICE"),
        ("$,N,NaN,5,B,EUR", "Price", "INVALID_PRICE"),
        ("$,N,1,many,B,EUR", "Stock", "INVALID_STOCK"),
        ("$,N,1,1.5,B,EUR", "Stock", "INVALID_STOCK"),
        ("$,N,1,1000000001,B,EUR", "Stock", "INVALID_STOCK"),
        ("$,N,1,99999999999999999999,B,EUR", "Stock", "INVALID_STOCK"),
        ("$,N,1,-1,B,EUR", "Stock", "NEGATIVE_STOCK"),
        ($"$,{new string('N', 201)},1,5,B,EUR", "NAME", "TOO_LONG"),
        ($"$,N,1,5,{new string('B', 101)},EUR", "Brand", "TOO_LONG"),
        ("$,N,1,5,B,EURO", "Currency", "TOO_LONG"),
        ($"$-{new string('K', 64)},N,1,5,B,EUR", "Internal ID", "TOO_LONG"),
        ("$,N\u0007,1,5,B,EUR", "NAME", "BAD_ENCODING"),
        ("$\u0007,N,1,5,B,EUR", "Internal ID", "BAD_ENCODING"),
        ("$,N\0,1,5,B,EUR", "NAME", "BAD_ENCODING"),
    ];

    /// <summary>Lines whose quotes are wrong; where exactly is not promised.</summary>
    private static readonly string[] BadQuotes = ["$,N\"x,1,5,B,EUR", "$,\"N\"x,1,5,B,EUR", "$,\"N\" ,1,5,B,EUR", "$,N,1,5,B,\"EUR"];

    [Fact]
    public async Task Every_kind_of_mistake_is_reported_with_its_line_its_column_and_its_code()
    {
        var prefix = Catalogue.NewPrefix();
        // A good row after each bad one: lines 2, 4 and so on are bad.
        var lines = BadLines.SelectMany(
            (bad, n) => new[] { bad.Line.Replace("$", $"{prefix}bad-{n}", StringComparison.Ordinal), $"{prefix}{n:00},N,1,5,B,EUR" });

        var import = await _imports.RunAsync($"{Header}\n{string.Join('\n', lines)}\n");

        (await _imports.ErrorsAsync(ImportApi.IdOf(import)))
            .ShouldBe(BadLines.Select((bad, n) => new RowError(2 + (2 * n), bad.Column, bad.Code)));
        ImportApi.StateOf(import).ShouldBe("COMPLETED");
        var count = BadLines.Count;
        Counts.Of(import).ShouldBe(new Counts(Total: 2 * count, Processed: count, Failed: count, Inserted: count));
        import.GetProperty("errorsByCode").EnumerateObject().ToDictionary(code => code.Name, code => code.Value.GetInt32())
            .ShouldBe(BadLines.CountBy(bad => bad.Code).ToDictionary(), ignoreOrder: true);
        (await _imports.ProductsAsync(prefix)).ShouldBe(Enumerable.Range(0, count).Select(n => $"{prefix}{n:00}|N||1.00|5"));
    }

    [Fact]
    public async Task Error_shows_the_record_as_it_was_sent()
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync($"{Header}\n{prefix}1,\"a, \"\"b\"\"\",-1,5,,EUR\n");

        var error = (await _imports.ErrorListAsync(ImportApi.IdOf(import))).ShouldHaveSingleItem();
        error.GetProperty("values").EnumerateArray().Select(value => value.GetString())
            .ShouldBe([$"{prefix}1", "a, \"b\"", "-1", "5", "", "EUR"]);
        error.GetProperty("error").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Record_with_wrong_quotes_ends_with_its_line_and_the_next_line_is_a_record()
    {
        var prefix = Catalogue.NewPrefix();
        var lines = BadQuotes.SelectMany(
            (bad, n) => new[] { bad.Replace("$", $"{prefix}bad-{n}", StringComparison.Ordinal), $"{prefix}{n},N,1,5,B,EUR" });

        var import = await _imports.RunAsync($"{Header}\n{string.Join('\n', lines)}\n");

        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).Select(error => (error.Row, error.Code))
            .ShouldBe(BadQuotes.Select((_, n) => (2L + (2 * n), "BAD_QUOTING")));
        (await _imports.ProductsAsync(prefix)).ShouldBe(BadQuotes.Select((_, n) => $"{prefix}{n}|N||1.00|5"));
    }

    [Theory]
    [InlineData("$2,N,1\0,5,B,EUR")]
    [InlineData("$2,N,1,5\0,B,EUR")]
    [InlineData("$2,N,1,5,\0,EUR")]
    [InlineData("$2,N,1,5,B,E\0")]
    [InlineData("$2\0,N,1,5,B,EUR")]
    [InlineData("$2,N,1,5,B,EUR,\0")]
    [InlineData("$2,\"N\"\0,1,5,B,EUR")]
    [InlineData("\0")]
    public async Task Row_with_a_NUL_fails_alone_wherever_it_is(string line)
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync(
            $"{Header}\n{prefix}1,N,1,5\n{line.Replace("$", prefix, StringComparison.Ordinal)}\n{prefix}3,N,1,5\n");

        ImportApi.StateOf(import).ShouldBe("COMPLETED", import.ToString());
        (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldHaveSingleItem().Row.ShouldBe(3);
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|5", $"{prefix}3|N||1.00|5"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task Quote_that_is_never_closed_spoils_its_own_line_only(string end)
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync(
            $"{Header}\n{prefix}1,N,1,5,B,EUR\n{prefix}2,\"N,1,5,B,EUR\n{prefix}3,N,1,5,B,EUR\n{prefix}4,N,1,5,B,EUR{end}");

        var error = (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldHaveSingleItem();
        (error.Row, error.Code).ShouldBe((3, "BAD_QUOTING"));
        Counts.Of(import).ShouldBe(new Counts(Total: 4, Processed: 3, Failed: 1, Inserted: 3));
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|5", $"{prefix}3|N||1.00|5", $"{prefix}4|N||1.00|5"]);
    }

    [Fact]
    public async Task Rows_after_quoted_and_empty_lines_are_reported_with_their_physical_line()
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync(
            $"{Header},Description\n{prefix}1,N,1,5,B,EUR,\"on\nthree\r\nlines\"\n\n"
            + $"{prefix}2,N,bad,5,B,EUR,\"on\ntwo\"\r\n\r\n{prefix}3,N,1,bad,B,EUR,\n");

        (await _imports.ErrorsAsync(ImportApi.IdOf(import)))
            .ShouldBe([new RowError(6, "Price", "INVALID_PRICE"), new RowError(9, "Stock", "INVALID_STOCK")]);
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N|on\nthree\r\nlines|1.00|5"]);
    }

    [Theory]
    [InlineData(70_000)]
    [InlineData(1_000_000)]
    public async Task Line_beyond_any_record_is_too_long_and_its_neighbours_are_imported(int length)
    {
        var prefix = Catalogue.NewPrefix();

        var import = await _imports.RunAsync(
            Catalogue.Small($"{prefix}1,N,1,5", $"{prefix}2,{new string('N', length)},1,5", $"{prefix}3,N,1,5"));

        var error = (await _imports.ErrorsAsync(ImportApi.IdOf(import))).ShouldHaveSingleItem();
        (error.Row, error.Code).ShouldBe((3, "TOO_LONG"));
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N||1.00|5", $"{prefix}3|N||1.00|5"]);
    }
}
