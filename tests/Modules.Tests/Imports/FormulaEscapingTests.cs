using System.Text;
using CsCheck;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Modules.Tests.Imports;

public sealed class FormulaEscapingTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@A1", "'@A1")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("'=1", "''=1")]
    [InlineData("'''-", "''''-")]
    public void What_a_spreadsheet_would_take_for_a_formula_gets_an_apostrophe(string cell, string harmless)
    {
        Protect(cell).ShouldBe(harmless);
        Restore(harmless).ShouldBe(cell);
    }

    [Theory]
    [InlineData("")]
    [InlineData("'")]
    [InlineData("'a")]
    [InlineData("a=1")]
    [InlineData(" =1")]
    [InlineData("1")]
    [InlineData("''")]
    public void Anything_else_stays_as_it_is(string cell)
    {
        Protect(cell).ShouldBe(cell);
        Restore(cell).ShouldBe(cell);
    }

    [Fact]
    public void Every_cell_comes_back_and_none_goes_out_as_a_formula()
    {
        var characters = Gen.OneOf(
            (byte)'\'', (byte)'=', (byte)'+', (byte)'-', (byte)'@', (byte)'\t', (byte)'\r', (byte)'a', (byte)' ', (byte)0xC3);
        characters.Array[0, 8].Sample(
            cell =>
            {
                var harmless = FormulaEscaping.Protect(cell);
                return FormulaEscaping.Restore(harmless).SequenceEqual(cell)
                    && (harmless.Length == 0 || !"=+-@\t\r"u8.Contains(harmless[0]));
            },
            iter: 10_000);
    }

    [Fact]
    public void The_escaping_of_CsvHelper_cannot_be_undone()
    {
        var options = new CsvHelper.CsvWriterOptions { Injection = CsvHelper.CsvInjection.Escape };
        Write("=1,2", options).ShouldBe(Write("'=1,2", options));

        var alsoApostrophes = options with { InjectionCharacters = options.InjectionCharacters + options.InjectionEscape };
        Should.Throw<ArgumentException>(() => Write("=1", alsoApostrophes)).ParamName.ShouldBe("InjectionEscape");
    }

    private static string Write(string cell, CsvHelper.CsvWriterOptions options)
    {
        using var file = new MemoryStream();
        using (var writer = CsvHelper.CsvWriter.Create(file, options, leaveOpen: true)) writer.WriteRecord([cell]);
        return Encoding.UTF8.GetString(file.ToArray());
    }

    private static string Protect(string cell) => Encoding.UTF8.GetString(FormulaEscaping.Protect(Encoding.UTF8.GetBytes(cell)));

    private static string Restore(string cell) => Encoding.UTF8.GetString(FormulaEscaping.Restore(Encoding.UTF8.GetBytes(cell)));
}
