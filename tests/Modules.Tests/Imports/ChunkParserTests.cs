using System.Text;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Modules.Tests.Imports;

public sealed class ChunkParserTests
{
    private const string Header = "Internal ID,Name,Price,Stock,Description\n";

    [Fact]
    public void A_row_has_all_of_its_values()
    {
        using var chunk = new ParsedChunk(
            "Index,Name,Description,Brand,Category,Price,Currency,Stock,EAN,Color,Size,Availability,Internal ID,More\n"
            + " 1 , Mouse ,\"Wireless, \"\"new\"\"\",Acme,\"A\nB\",\t29.90 , USD , 50 ,\" 4006 \",Black,Small,in_stock, P 1 ,x\n");

        var row = chunk.Rows.ShouldHaveSingleItem();
        (row.Line, row.PriceCents, row.Stock).ShouldBe((2L, 2_990L, 50));
        CatalogueColumns.Names.Where(known => known.Column is not (CatalogueColumn.Price or CatalogueColumn.Stock))
            .Select(known => chunk.Text(row, known.Column))
            .ShouldBe(["1", " Mouse ", "Wireless, \"new\"", "Acme", "A\nB", "USD", "4006", "Black", "Small", "in_stock", "P 1"]);
    }

    [Fact]
    public void Rows_are_in_the_order_of_their_keys()
    {
        using var chunk = new ParsedChunk(Header + "b,n,1,1\nä,n,1,1\nB,n,1,1\na,n,1,1\n");

        chunk.Rows.Select(row => chunk.Text(row, CatalogueColumn.InternalId)).ShouldBe(["B", "a", "b", "ä"]);
        chunk.Rows.Select(row => row.Line).ShouldBe([4L, 5L, 2L, 3L]);
    }

    [Theory]
    [InlineData("a,n,1\n", "Stock", "MissingColumn", "the row has 3 values and ends before this column")]
    [InlineData("a\n", "Name", "MissingColumn", "the row has 1 values and ends before this column")]
    [InlineData("a,n,1,1,d,x\n", null, "TooManyValues", "the row has 6 values, the header 5 columns")]
    [InlineData(",n,1,1,d\n", "Internal ID", "MissingValue", "is empty")]
    [InlineData("\" \t\",n,1,1,d\n", "Internal ID", "MissingValue", "is empty")]
    [InlineData("a,,1,1,d\n", "Name", "MissingValue", "is empty")]
    [InlineData("a,  ,1,1,d\n", "Name", "MissingValue", "is empty")]
    [InlineData("a,n, ,1,d\n", "Price", "MissingValue", "is empty")]
    [InlineData("a,n,1,\"\",d\n", "Stock", "MissingValue", "is empty")]
    [InlineData(
        "a,n,1 EUR,1,d\n", "Price", "InvalidPrice",
        "'1 EUR' is not a price from 0 to 1000000000 with at most two decimals, such as 1299.90")]
    [InlineData("a,n,1,many,d\n", "Stock", "InvalidStock", "'many' is not a whole number from 0 to 1000000000")]
    [InlineData("a,n,1,-3,d\n", "Stock", "NegativeStock", "'-3' is negative")]
    [InlineData(
        "a,n\"n,1,1,d\n", null, "BadQuoting",
        "a quote stands where none may be, or is not closed; values with quotes are quoted, with their quotes doubled")]
    [InlineData("a\0b,n,1,1,d\n", "Internal ID", "BadEncoding", "has a NUL character")]
    [InlineData("a,\"n\nn\",1,1,d\n", "Name", "BadEncoding", "has a control character")]
    [InlineData("a,\tn,1,1,d\n", "Name", "BadEncoding", "has a control character")]
    [InlineData("a,n\u007F,1,1,d\n", "Name", "BadEncoding", "has a control character")]
    [InlineData("a,é\u0085,1,1,d\n", "Name", "BadEncoding", "has a control character")]
    [InlineData("a,n,1,1,d\0\n", "Description", "BadEncoding", "has a NUL character")]
    public void A_mistake_is_told_by_column_code_and_message(string record, string? column, string code, string message)
    {
        using var chunk = new ParsedChunk(Header + "ok,n,1,1\n" + record + "ok2,n,1,1\n");

        var error = chunk.Errors.ShouldHaveSingleItem();
        (error.Line, error.Column, error.Code.ToString(), error.Message).ShouldBe((3L, column, code, message));
        Encoding.UTF8.GetString(error.Record).ShouldBe(record.TrimEnd('\n'));
        chunk.Rows.Count.ShouldBe(2);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_told_by_their_column()
    {
        byte[] header = [.. Encoding.UTF8.GetBytes(Header.Replace("Description", "Other", StringComparison.Ordinal))];
        (string Record, string? Column)[] records =
        [
            ("a,\xFF,1,1,d", "Name"), ("a,n,1,\xC0\xAF,d", "Stock"), ("a,n,1,1,\xFF", null), ("a,n\"\xFF,1", null),
            ("a,n,1,1,d,\xFF", null),
        ];
        foreach (var (record, column) in records)
        {
            using var chunk = new ParsedChunk([.. header, .. Encoding.Latin1.GetBytes(record)]);

            var error = chunk.Errors.ShouldHaveSingleItem();
            (error.Column, error.Code, error.Message).ShouldBe((column, RowErrorCode.BadEncoding, "is not UTF-8"));
            error.Record.ShouldBe(Encoding.Latin1.GetBytes(record));
        }
    }

    [Fact]
    public void Only_the_first_mistake_of_a_row_is_told()
    {
        using var chunk = new ParsedChunk(Header + ",,x,-1,d\na,,x,-1,d\na,n,x,-1,d\na,n,1,-1,d\n");

        chunk.Errors.Select(error => error.Code).ShouldBe(
            [RowErrorCode.MissingValue, RowErrorCode.MissingValue, RowErrorCode.InvalidPrice, RowErrorCode.NegativeStock]);
    }

    [Theory]
    [InlineData("Name", 200)]
    [InlineData("Description", 4_000)]
    [InlineData("Brand", 100)]
    [InlineData("Category", 100)]
    [InlineData("Currency", 3)]
    [InlineData("EAN", 64)]
    [InlineData("Color", 100)]
    [InlineData("Size", 100)]
    [InlineData("Availability", 100)]
    [InlineData("Internal ID", 64)]
    [InlineData("Index", 20)]
    public void A_value_may_be_so_many_characters_long_however_many_bytes_they_have(string column, int most)
    {
        var names = CatalogueColumns.Names.Select(known => known.Name).ToList();
        string File(string value) =>
            string.Join(',', names) + "\n" + string.Join(',', names.Select(name => name == column ? value : "1")) + "\n";

        foreach (var character in new[] { "a", "é", "漢", "😀", "\"\"" })
        {
            var longest = string.Concat(Enumerable.Repeat(character, most));
            using var good = new ParsedChunk(File($"\"{longest}\""));
            using var bad = new ParsedChunk(File($"\"{longest}{character}\""));

            good.Errors.ShouldBeEmpty();
            good.Text(good.Rows[0], CatalogueColumns.Names.First(known => known.Name == column).Column)
                .ShouldBe(longest.Replace("\"\"", "\"", StringComparison.Ordinal));
            var error = bad.Errors.ShouldHaveSingleItem();
            (error.Column, error.Code, error.Message).ShouldBe((column, RowErrorCode.TooLong, $"is longer than {most} characters"));
        }
    }

    [Fact]
    public void A_key_is_at_most_64_characters_long_whichever_column_it_is()
    {
        foreach (var (key, column) in new[] { (ImportKey.InternalId, "Internal ID"), (ImportKey.Ean, "EAN") })
        {
            using var chunk = new ParsedChunk(
                $"{column},Name,Price,Stock\n{new string('é', 64)},n,1,1\n{new string('é', 65)},n,1,1\n", key);

            (chunk.Rows.Count, chunk.Errors[0].Code, chunk.Errors[0].Column).ShouldBe((1, RowErrorCode.TooLong, column));
        }
    }

    [Fact]
    public void A_record_above_64_KiB_is_too_long_and_only_its_start_is_kept()
    {
        using var chunk = new ParsedChunk($"{Header}a,n,1,1,{new string('é', CsvReader.MaxRecord)}\nb,n,1,1\n");

        var error = chunk.Errors.ShouldHaveSingleItem();
        (error.Line, error.Column, error.Code, error.Message)
            .ShouldBe((2L, null, RowErrorCode.TooLong, "the record is longer than 65536 bytes"));
        error.Record.Length.ShouldBe(CsvReader.MaxRecord);
        chunk.Rows.ShouldHaveSingleItem().Line.ShouldBe(3);
    }

    [Fact]
    public void Repeated_rows_are_superseded_or_errors_unless_they_are_wrong_anyway()
    {
        const string File = Header + "a,n,1,1\na,n,2,2\na,n,x,3\n";
        using var last = new ParsedChunk(File, duplicates: ImportDuplicates.Last, repeated: [0, 2]);
        using var error = new ParsedChunk(File, duplicates: ImportDuplicates.Error, repeated: [1, 2]);

        (last.Rows.Single().Line, last.Superseded, last.Errors.Single().Code).ShouldBe((3L, 1, RowErrorCode.InvalidPrice));
        (error.Rows.Single().Line, error.Superseded).ShouldBe((2L, 0));
        error.Errors.Select(e => (e.Line, e.Column, e.Code, e.Message)).First().ShouldBe(
            (3L, "Internal ID", RowErrorCode.DuplicateKey, "this key stands in an earlier row of the file"));
        error.Errors.Select(e => e.Code).ShouldBe([RowErrorCode.DuplicateKey, RowErrorCode.InvalidPrice]);
    }

    [Fact]
    public void Stock_alone_is_read_when_only_that_is_imported()
    {
        using var chunk = new ParsedChunk("EAN,Stock,Price,Name\n1,5,x,\n2,6\n3\n", ImportKey.Ean, ImportMode.StockOnly);

        chunk.Rows.Select(row => (chunk.Text(row, CatalogueColumn.Ean), row.Stock, row.PriceCents)).ShouldBe([("1", 5, 0L), ("2", 6, 0L)]);
        chunk.Rows.ShouldAllBe(row => chunk.Text(row, CatalogueColumn.Name).Length == 0);
        chunk.Errors.Single().Code.ShouldBe(RowErrorCode.MissingColumn);
    }

    [Fact]
    public void An_apostrophe_that_made_a_cell_harmless_is_taken_off_in_an_errors_file_only()
    {
        const string Row = "'=1,'-n,'+1,1,''@,9,,,\n";
        using var plain = new ParsedChunk(Header + "'=1,'-n,1,1,''@\n");
        using var errors = new ParsedChunk(
            Header.Trim() + ",_row,_column,_code,_error\n" + Row.Replace("'+1", "1", StringComparison.Ordinal));

        (plain.Text(plain.Rows[0], CatalogueColumn.InternalId), plain.Text(plain.Rows[0], CatalogueColumn.Name)).ShouldBe(("'=1", "'-n"));
        (errors.Text(errors.Rows[0], CatalogueColumn.InternalId), errors.Text(errors.Rows[0], CatalogueColumn.Description))
            .ShouldBe(("=1", "'@"));
    }

    [Fact]
    public void Doubled_quotes_in_every_key_fit_beside_a_chunk_of_any_size()
    {
        // Rows of 256 bytes, nearly all of them key, so that a chunk of four is a size that buffers come in.
        var key = $"\"\"\"{new string('a', 3)}{string.Concat(Enumerable.Repeat("😀", 59))}\"";
        var row = $"{key},n,1,1\n";
        row = row.Replace(",n,", $",{new string('n', 257 - Encoding.UTF8.GetByteCount(row))},", StringComparison.Ordinal);
        Encoding.UTF8.GetByteCount(row).ShouldBe(256);

        using var chunk = new ParsedChunk(Header + string.Concat(Enumerable.Repeat(row, 4)));

        chunk.Rows.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("1\0")]
    [InlineData("1\u0001\u0085")]
    public void A_message_shows_no_control_characters(string value)
    {
        using var chunk = new ParsedChunk($"{Header}a,n,{value},1\na,n,1,{value}\n");

        chunk.Errors.Count.ShouldBe(2);
        chunk.Errors.ShouldAllBe(error => !error.Message.Any(char.IsControl));
    }

    [Fact]
    public void A_message_shows_whole_characters()
    {
        using var chunk = new ParsedChunk($"{Header}a,n,1{string.Concat(Enumerable.Repeat("漢", 100))},1\n");

        chunk.Errors.Single().Message.ShouldStartWith($"'1{string.Concat(Enumerable.Repeat("漢", 13))}' is not");
    }
}
