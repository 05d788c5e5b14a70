using CsvHelper;

namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>How CSV files are written.</summary>
internal static class CsvOutput
{
    /// <summary>
    /// Commas and CRLF, with quotes around each value that a reader with another delimiter would split. <see cref="FormulaEscaping"/>
    /// protects against formulas: the library's way has no inverse, because it leaves a cell alone that begins with an apostrophe.
    /// </summary>
    public static CsvWriterOptions Options { get; } = new()
    {
        Quoting = CsvQuoting.WhenNeededOrWhitespace,
        ShouldQuote = (value, _, _, _) => value.ContainsAny(";\t|"),
        ValidateFieldCount = false,
    };
}
