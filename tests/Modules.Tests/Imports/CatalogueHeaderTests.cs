using System.Text;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Modules.Tests.Imports;

public sealed class CatalogueHeaderTests
{
    [Theory]
    [InlineData("Internal ID,Name,Price,Stock\n", ',')]
    [InlineData("Internal ID;Name;Price;Stock\r\n", ';')]
    [InlineData("Internal ID\tName\tPrice\tStock\n", '\t')]
    [InlineData("Internal ID|Name|Price|Stock", '|')]
    [InlineData("\"Internal ID\";\"Name\";\"Price\";\"Stock\"\n", ';')]
    [InlineData("\uFEFFInternal ID;Name;Price;Stock\n", ';')]
    [InlineData("\uFEFF\"Internal ID\";Name;Price;Stock\n", ';')]
    [InlineData("  internal id ;NAME;pRICE; Stock\n", ';')]
    public void Columns_are_found_whatever_the_delimiter_and_case(string text, char delimiter)
    {
        var (header, length, line) = Read(text);

        header.Delimiter.ShouldBe((byte)delimiter);
        CatalogueColumn[] columns = [CatalogueColumn.InternalId, CatalogueColumn.Name, CatalogueColumn.Price, CatalogueColumn.Stock];
        columns.Select(column => header[column]).ShouldBe([0, 1, 2, 3]);
        header[CatalogueColumn.Brand].ShouldBe(-1);
        (length, line).ShouldBe((Encoding.UTF8.GetByteCount(text), 2L));
    }

    [Fact]
    public void The_delimiter_is_the_one_that_makes_most_columns_known()
    {
        Read("Name,with,many,commas;Price;Stock\n").Header.Delimiter.ShouldBe((byte)';');
        Read("Stock\n").Header.Delimiter.ShouldBe((byte)',');
    }

    [Fact]
    public void All_thirteen_columns_are_known_in_any_order()
    {
        var names = CatalogueColumns.Names.Select(known => known.Name).Reverse().ToList();

        var (header, _, _) = Read(string.Join(',', names.Prepend("Colour")));

        foreach (var (column, name) in CatalogueColumns.Names)
            (header[column], header.NameOf(column)).ShouldBe((names.IndexOf(name) + 1, name));
        CatalogueColumns.Names.Count.ShouldBe(CatalogueColumns.Count);
    }

    [Fact]
    public void Of_columns_with_the_same_name_the_first_counts() =>
        Read("Stock,Name,stock,NAME\n").Header[CatalogueColumn.Stock].ShouldBe(0);

    [Fact]
    public void A_column_is_named_as_in_the_file()
    {
        var (header, _, _) = Read(" PRICE,\"na\"\"me\"\n");

        header.NameOf(CatalogueColumn.Price).ShouldBe(" PRICE");
        header.NameOf(CatalogueColumn.Stock).ShouldBe("Stock");
        header.Names.ShouldBe([" PRICE", "na\"me"]);
    }

    [Fact]
    public void A_name_has_no_control_characters() => Read("\0Name,\"Sto\nck\",a\u0085b\n").Header.Names.ShouldBe(["Name", "Stock", "ab"]);

    [Theory]
    [InlineData("\n\r\nName,Stock\nx", 14, 4L)]
    [InlineData("Name,\"more\nlines\",Stock\nx", 24, 3L)]
    public void Records_start_behind_the_header(string text, int length, long line)
    {
        var read = Read(text);

        (read.Length, read.NextLine).ShouldBe((length, line));
    }

    [Theory]
    [InlineData("Name,_row,_column,_code,_error", true)]
    [InlineData("_ERROR,_CODE,_COLUMN,_ROW,Name", true)]
    [InlineData("Name,_row,_column,_code", false)]
    [InlineData("Name", false)]
    public void An_errors_file_is_known_by_its_four_columns(string text, bool isErrorsFile) =>
        Read(text).Header.IsErrorsFile.ShouldBe(isErrorsFile);

    [Fact]
    public void UTF_16_is_refused_by_its_byte_order_mark()
    {
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            byte[] file = [.. encoding.GetPreamble(), .. encoding.GetBytes("Name,Stock\n")];
            Should.Throw<UnreadableFileException>(() => CatalogueHeader.Read(file, complete: true)).Message.ShouldContain("UTF-16");
        }
    }

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData("\n\n")]
    [InlineData("Na\"me,Stock\n")]
    [InlineData("\"Name,Stock\n")]
    public void A_file_without_a_readable_header_is_refused(string text) =>
        Should.Throw<UnreadableFileException>(() => Read(text)).Code.ShouldBe("UNREADABLE_FILE");

    [Fact]
    public void A_thousand_columns_are_read_and_one_more_is_too_many()
    {
        Read(new string(',', 999)).Header.Names.Count.ShouldBe(1_000);
        Should.Throw<UnreadableFileException>(() => Read(new string(',', 1_000))).Message.ShouldContain("more than 1000 columns");
    }

    [Theory]
    [InlineData(ImportKey.InternalId, ImportMode.Upsert, "InternalId,Name,Price,Stock")]
    [InlineData(ImportKey.Ean, ImportMode.InsertOnly, "Ean,Name,Price,Stock")]
    [InlineData(ImportKey.Index, ImportMode.StockOnly, "Index,Stock")]
    public void The_required_columns_follow_from_key_and_mode(ImportKey key, ImportMode mode, string columns) =>
        string.Join(',', CatalogueColumns.Required(key, mode)).ShouldBe(columns);

    private static (CatalogueHeader Header, int Length, long NextLine) Read(string text) =>
        CatalogueHeader.Read(Encoding.UTF8.GetBytes(text), complete: true);
}
