using System.Buffers;

namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>
/// A spreadsheet treats a cell that begins with one of <c>= + - @</c>, a tab or a carriage return as a formula. Downloaded files have an
/// apostrophe in front of such a cell, after any apostrophes that it already has. An upload of that file removes one apostrophe.
/// </summary>
internal static class FormulaEscaping
{
    private static readonly SearchValues<byte> Starts = SearchValues.Create("=+-@\t\r"u8);

    /// <summary>True when a spreadsheet would treat the cell, apostrophes aside, as a formula.</summary>
    public static bool IsFormula(ReadOnlySpan<byte> cell)
    {
        var content = cell.TrimStart((byte)'\'');
        return content.Length > 0 && Starts.Contains(content[0]);
    }

    /// <summary>The cell in a downloaded file.</summary>
    public static byte[] Protect(ReadOnlySpan<byte> cell) => IsFormula(cell) ? [(byte)'\'', .. cell] : cell.ToArray();

    /// <summary>The cell without the added apostrophe.</summary>
    public static ReadOnlySpan<byte> Restore(ReadOnlySpan<byte> cell) => cell is [(byte)'\'', ..] && IsFormula(cell) ? cell[1..] : cell;
}
