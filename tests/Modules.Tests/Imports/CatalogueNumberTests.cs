using System.Globalization;
using CsCheck;
using Fulfillment.Inventory.ImportProducts;

namespace Modules.Tests.Imports;

public sealed class CatalogueNumberTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.0", 0)]
    [InlineData("00.01", 1)]
    [InlineData("1", 100)]
    [InlineData("1.5", 150)]
    [InlineData("1.05", 105)]
    [InlineData("1.50", 150)]
    [InlineData("1.500", 150)]
    [InlineData("  29.99\t", 2_999)]
    [InlineData("\"29.99\"", 2_999)]
    [InlineData("000000000000000001", 100)]
    [InlineData("999999999.99", 99_999_999_999)]
    [InlineData("1000000000", 100_000_000_000)]
    [InlineData("1000000000.00", 100_000_000_000)]
    public void A_price_is_read_to_the_cent(string text, long cents) => Price(text).ShouldBe(cents);

    [Theory]
    [InlineData("1000000000.01")]
    [InlineData("1000000001")]
    [InlineData("99999999999999999999")]
    [InlineData("1.999")]
    [InlineData("1.001")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("1..0")]
    [InlineData("1.0.0")]
    [InlineData("1e3")]
    [InlineData("1.e2")]
    [InlineData("0x10")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("1 000")]
    [InlineData("1. 5")]
    [InlineData("1'000")]
    [InlineData("\"1,50\"")]
    [InlineData("$1")]
    [InlineData("NaN")]
    [InlineData("١٢")]
    [InlineData("1.٥")]
    [InlineData("１")]
    [InlineData("1\u00A0")]
    public void Anything_else_is_no_price(string text) => Price(text).ShouldBeNull();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("007", 7)]
    [InlineData(" 50 ", 50)]
    [InlineData("\t50", 50)]
    [InlineData("\"50\"", 50)]
    [InlineData("1000000000", 1_000_000_000)]
    public void A_stock_is_a_whole_number(string text, int pieces) => Stock(text).ShouldBe((pieces, null));

    [Theory]
    [InlineData("1000000001", RowErrorCode.InvalidStock)]
    [InlineData("2147483648", RowErrorCode.InvalidStock)]
    [InlineData("99999999999999999999", RowErrorCode.InvalidStock)]
    [InlineData("1.0", RowErrorCode.InvalidStock)]
    [InlineData("1.", RowErrorCode.InvalidStock)]
    [InlineData(".5", RowErrorCode.InvalidStock)]
    [InlineData("1e3", RowErrorCode.InvalidStock)]
    [InlineData("+1", RowErrorCode.InvalidStock)]
    [InlineData("1 000", RowErrorCode.InvalidStock)]
    [InlineData("--1", RowErrorCode.InvalidStock)]
    [InlineData("-", RowErrorCode.InvalidStock)]
    [InlineData("- 1", RowErrorCode.InvalidStock)]
    [InlineData("-1.5", RowErrorCode.InvalidStock)]
    [InlineData("١٢", RowErrorCode.InvalidStock)]
    [InlineData("-1", RowErrorCode.NegativeStock)]
    [InlineData("-1000000001", RowErrorCode.NegativeStock)]
    public void Anything_else_is_no_stock(string text, RowErrorCode code) => Stock(text).ShouldBe((null, code));

    [Fact]
    public void Every_price_and_stock_is_read_as_it_was_written()
    {
        Gen.Select(Gen.Long[0, 100_000_000_000], Gen.Int[0, 1_000_000_000]).Sample(
            (cents, pieces) => Price((cents / 100m).ToString(CultureInfo.InvariantCulture)) == cents
                && Price((cents / 100m).ToString("F2", CultureInfo.InvariantCulture)) == cents
                && Stock(pieces.ToString(CultureInfo.InvariantCulture)) == (pieces, null),
            iter: 5_000);
    }

    private static long? Price(string text)
    {
        using var chunk = new ParsedChunk($"Internal ID,Name,Price,Stock\na,n,{text},1\n");
        if (chunk.Rows is [var row]) return row.PriceCents;
        (chunk.Errors.Single().Code, chunk.Errors[0].Column).ShouldBe((RowErrorCode.InvalidPrice, "Price"));
        return null;
    }

    private static (int? Pieces, RowErrorCode? Code) Stock(string text)
    {
        using var chunk = new ParsedChunk($"Internal ID,Name,Price,Stock\na,n,1,{text}\n");
        return chunk.Rows is [var row] ? (row.Stock, null) : (null, chunk.Errors.Single().Code);
    }
}
