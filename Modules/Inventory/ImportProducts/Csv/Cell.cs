namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>From a field of a file to the value that it stands for; upload and work read keys in the same way.</summary>
internal static class Cell
{
    /// <summary>Makes doubled quotes single ones.</summary>
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

    /// <summary>The part of an unescaped value that counts.</summary>
    /// <param name="value">The value.</param>
    /// <param name="column">Its column, which says whether blanks around it count.</param>
    /// <param name="restore">It comes from an errors file, whose cells were made harmless.</param>
    public static (int Skip, int Length) Bounds(ReadOnlySpan<byte> value, CatalogueColumn column, bool restore)
    {
        var restored = restore ? FormulaEscaping.Restore(value) : value;
        var skip = value.Length - restored.Length;
        if (!CatalogueColumns.IsTrimmed(column)) return (skip, restored.Length);
        var started = restored.TrimStart(" \t"u8);
        return (skip + restored.Length - started.Length, started.TrimEnd(" \t"u8).Length);
    }
}
