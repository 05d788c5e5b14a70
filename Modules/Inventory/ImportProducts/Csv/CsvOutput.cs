using CsvHelper;

namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>How CSV files are written.</summary>
internal static class CsvOutput
{
    /// <summary>
    /// Commas and CRLF, with quotes around each value that a reader with another delimiter would split. <see cref="FormulaEscaping"/>
    /// protects against formulas, because the library's protection cannot be undone (ADR 8).
    /// </summary>
    public static CsvWriterOptions Options { get; } = new()
    {
        Quoting = CsvQuoting.WhenNeededOrWhitespace,
        ShouldQuote = (value, _, _, _) => value.ContainsAny(";\t|"),
        ValidateFieldCount = false,
    };
}
