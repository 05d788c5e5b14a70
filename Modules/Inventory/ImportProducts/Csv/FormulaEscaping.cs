using System.Buffers;

namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>
/// A spreadsheet takes a cell that begins with one of <c>= + - @</c>, a tab or a carriage return for a formula. In the files that are
/// handed out such a cell gets an apostrophe in front, after any that it has already, and loses one when that file is uploaded again.
/// </summary>
internal static class FormulaEscaping
{
    private static readonly SearchValues<byte> Starts = SearchValues.Create("=+-@\t\r"u8);

    /// <summary>True when the cell, apostrophes aside, would be taken for a formula.</summary>
    public static bool IsFormula(ReadOnlySpan<byte> cell)
    {
        var content = cell.TrimStart((byte)'\'');
        return content.Length > 0 && Starts.Contains(content[0]);
    }

    /// <summary>The cell as it is handed out.</summary>
    public static byte[] Protect(ReadOnlySpan<byte> cell) => IsFormula(cell) ? [(byte)'\'', .. cell] : cell.ToArray();

    /// <summary>The cell without the apostrophe that was put in front of it.</summary>
    public static ReadOnlySpan<byte> Restore(ReadOnlySpan<byte> cell) => cell is [(byte)'\'', ..] && IsFormula(cell) ? cell[1..] : cell;
}
