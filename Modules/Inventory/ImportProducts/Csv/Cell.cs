namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>Converts a field of a file to its value. Upload and chunk processing read keys in the same way.</summary>
internal static class Cell
{
    /// <summary>Replaces doubled quotes by single ones.</summary>
    /// <returns>Bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> value, Span<byte> into)
    {
        var length = 0;
        while (value.IndexOf("\"\""u8) is >= 0 and var at)
        {
            value[..(at + 1)].CopyTo(into[length..]);
            length += at + 1;
            value = value[(at + 2)..];
        }

        value.CopyTo(into[length..]);
        return length + value.Length;
    }

    /// <summary>The significant part of an unescaped value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="column">Its column, which decides whether blanks around the value count.</param>
    /// <param name="restore">True for a value of an errors file, whose cells are escaped.</param>
    public static (int Skip, int Length) Bounds(ReadOnlySpan<byte> value, CatalogueColumn column, bool restore)
    {
        var restored = restore ? FormulaEscaping.Restore(value) : value;
        var skip = value.Length - restored.Length;
        if (!CatalogueColumns.IsTrimmed(column)) return (skip, restored.Length);
        var started = restored.TrimStart(" \t"u8);
        return (skip + restored.Length - started.Length, started.TrimEnd(" \t"u8).Length);
    }
}
