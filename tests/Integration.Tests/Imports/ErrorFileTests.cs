using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>The file of errors: opened with a spreadsheet, corrected, uploaded again.</summary>
[Collection<OneProcessCollection>]
public sealed class ErrorFileTests(OneProcess shared) : SystemTest
{
    private readonly ImportApi _imports = new(shared.System);

    [Fact]
    public async Task File_of_errors_has_the_original_columns_and_four_more()
    {
        var prefix = Catalogue.NewPrefix();
        var import = await _imports.RunAsync(
            $"Box,Internal ID,Name,Price,Stock\nred,{prefix}1,\"a, \"\"b\"\"\",x,5\ngreen,{prefix}2,N,1,5\nblue,{prefix}3,N,1,-5\n");

        var lines = (await _imports.ErrorFileAsync(ImportApi.IdOf(import)))
            .TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        lines.Length.ShouldBe(3);
        lines[0].ShouldBe("Box,Internal ID,Name,Price,Stock,_row,_column,_code,_error");
        lines[1].ShouldStartWith($"red,{prefix}1,\"a, \"\"b\"\"\",x,5,2,Price,INVALID_PRICE,");
        lines[2].ShouldStartWith($"blue,{prefix}3,N,1,'-5,4,Stock,NEGATIVE_STOCK,");
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("-1")]
    [InlineData("\tN")]
    [InlineData("'=1+1")]
    [InlineData("''@x")]
    public async Task Cell_that_a_spreadsheet_would_calculate_is_quoted_in_the_file_and_verbatim_after_the_correction(string name)
    {
        var prefix = Catalogue.NewPrefix();
        var import = await _imports.RunAsync($"Internal ID,Name,Price,Stock,Description\n{prefix}1,N,WRONG,5,{name}\n");

        var file = await _imports.ErrorFileAsync(ImportApi.IdOf(import));
        var cell = $"'{name}";
        // Some would read a tab as the end of the cell.
        file.ShouldContain($"WRONG,5,{(name.Contains('\t', StringComparison.Ordinal) ? $"\"{cell}\"" : cell)},");
        var again = await _imports.RunAsync(file.Replace("WRONG", "2.50", StringComparison.Ordinal));

        Counts.Of(again).ShouldBe(new Counts(1, 1, Inserted: 1));
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|N|{name}|2.50|5"]);
    }

    [Fact]
    public async Task Apostrophe_of_an_ordinary_cell_is_kept_in_a_corrected_file()
    {
        var prefix = Catalogue.NewPrefix();
        var import = await _imports.RunAsync(Catalogue.Small($"{prefix}1,'quoted',WRONG,5", $"{prefix}2,'s-Hertogenbosch,WRONG,5"));

        var again = await _imports.RunAsync(
            (await _imports.ErrorFileAsync(ImportApi.IdOf(import))).Replace("WRONG", "1", StringComparison.Ordinal));

        Counts.Of(again).ShouldBe(new Counts(2, 2, Inserted: 2));
        (await _imports.ProductsAsync(prefix)).ShouldBe([$"{prefix}1|'quoted'||1.00|5", $"{prefix}2|'s-Hertogenbosch||1.00|5"]);
    }

    [Fact]
    public async Task Corrected_file_is_imported_completely_and_verbatim()
    {
        var prefix = Catalogue.NewPrefix();
        string[] names = ["\"a \"\"b\"\", c\"", "Ünïcödé 😀", "\"-5;6\"", " blanks ", "'"];
        var file = "Internal ID;Name;Price;Stock;Description\r\n" +
            string.Concat(names.Select((name, n) => $"{prefix}{n};{name};WRONG;{n};\"two\nlines\"\r\n")) + $"{prefix}9;Good;1;5;\r\n";
        var import = await _imports.RunAsync(file);
        Counts.Of(import).ShouldBe(new Counts(6, 1, 5, Inserted: 1));

        var again = await _imports.RunAsync(
            (await _imports.ErrorFileAsync(ImportApi.IdOf(import))).Replace("WRONG", "1", StringComparison.Ordinal));

        Counts.Of(again).ShouldBe(new Counts(5, 5, Inserted: 5));
        (await _imports.ProductsAsync(prefix)).ShouldBe(
        [
            $"{prefix}0|a \"b\", c|two\nlines|1.00|0", $"{prefix}1|Ünïcödé 😀|two\nlines|1.00|1", $"{prefix}2|-5;6|two\nlines|1.00|2",
            $"{prefix}3| blanks |two\nlines|1.00|3", $"{prefix}4|'|two\nlines|1.00|4", $"{prefix}9|Good||1.00|5",
        ]);
    }

    [Fact]
    public async Task Cell_that_became_a_formula_by_the_correction_is_quoted_in_the_next_file()
    {
        var prefix = Catalogue.NewPrefix();
        var import = await _imports.RunAsync(
            $"{Catalogue.Required},_row,_column,_code,_error\n{prefix}1,=1+1,WRONG,5,2,Price,INVALID_PRICE,bad\n");

        (await _imports.ErrorFileAsync(ImportApi.IdOf(import))).ShouldContain($"{prefix}1,'=1+1,WRONG,5,");
    }

    [Fact]
    public async Task Name_of_a_column_that_a_spreadsheet_would_calculate_is_quoted_in_the_file()
    {
        var import = await _imports.RunAsync($"{Catalogue.Required},=1+1\n{Catalogue.NewPrefix()}1,N,WRONG,5,x\n");

        (await _imports.ErrorFileAsync(ImportApi.IdOf(import))).ShouldStartWith($"{Catalogue.Required},'=1+1,_row");
    }

    [Fact]
    public async Task Errors_come_in_pages_by_row_and_by_code()
    {
        var prefix = Catalogue.NewPrefix();
        var import = await _imports.RunAsync(Catalogue.Of(
            prefix, 100,
            n => n % 2 == 0 ? Catalogue.Line(prefix, n, price: "x") : n % 5 == 0 ? Catalogue.Line(prefix, n, stock: "-1") : null));
        var id = ImportApi.IdOf(import);

        var all = await _imports.ErrorsAsync(id, "?limit=7");
        all.Select(error => error.Row).ShouldBe(Enumerable.Range(1, 100).Where(n => n % 2 == 0 || n % 5 == 0).Select(n => n + 1L));
        (await _imports.ErrorsAsync(id, "?limit=3&code=NEGATIVE_STOCK")).ShouldBe(all.Where(error => error.Code == "NEGATIVE_STOCK"));
        (await _imports.ErrorsAsync(id, "?code=UNKNOWN_PRODUCT")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Template_is_a_file_that_the_import_accepts()
    {
        var template = await _imports.TemplateAsync();

        var import = await _imports.RunAsync(template, "?dryRun=true");

        template.TrimStart('\uFEFF').Split('\n')[0].TrimEnd('\r').Split(',').ShouldBe(Catalogue.Full.Split(','), ignoreOrder: true);
        ImportApi.StateOf(import).ShouldBe("COMPLETED");
        Counts.Of(import).Failed.ShouldBe(0);
    }
}
