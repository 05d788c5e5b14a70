using System.Text;

namespace Fulfillment.Inventory.ImportProducts.Csv;

/// <summary>The first record of a catalogue: the delimiter and the position of each column.</summary>
internal sealed class CatalogueHeader
{
    private const int MaxColumns = 1_000;
    private static readonly string[] ErrorColumns = ["_row", "_column", "_code", "_error"];
    private readonly int[] _places = new int[CatalogueColumns.Count];

    public CatalogueHeader(byte delimiter, IReadOnlyList<string> names)
    {
        (Delimiter, Names) = (delimiter, names);
        Array.Fill(_places, -1);
        foreach (var (column, name) in CatalogueColumns.Names)
        {
            for (var place = names.Count - 1; place >= 0; place--)
            {
                if (names[place].Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) _places[(int)column] = place;
            }
        }

        IsErrorsFile = ErrorColumns.All(column => names.Contains(column, StringComparer.OrdinalIgnoreCase));
    }

    public byte Delimiter { get; }

    /// <summary>The names as they stand in the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>True for a corrected file of rejected rows; see <see cref="FormulaEscaping"/>.</summary>
    public bool IsErrorsFile { get; }

    /// <summary>Position of a column, or -1.</summary>
    public int this[CatalogueColumn column] => _places[(int)column];

    /// <summary>Name of a column as it stands in the file.</summary>
    public string NameOf(CatalogueColumn column) => _places[(int)column] is >= 0 and var place
        ? Names[place]
        : CatalogueColumns.Names.First(known => known.Column == column).Name;

    /// <summary>
    /// Reads the header at the start of a file, after an optional byte order mark. It uses the delimiter that yields the most known
    /// columns.
    /// </summary>
    /// <returns>The header, how many bytes it takes, and on which line the first record may start.</returns>
    /// <exception cref="UnreadableFileException">The file has no header.</exception>
    public static (CatalogueHeader Header, int Length, long NextLine) Read(ReadOnlyMemory<byte> file, bool complete)
    {
        var start = file.Span;
        if (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) throw new UnreadableFileException("is UTF-16; save it as UTF-8");
        var mark = start.StartsWith("\uFEFF"u8) ? 3 : 0;
        (CatalogueHeader Header, int Length, long NextLine)? best = null;
        foreach (var delimiter in ",;\t|"u8)
        {
            var fields = new CsvField[MaxColumns];
            using var reader = new CsvReader(file[mark..], delimiter, complete, fields);
            if (reader.Read() != CsvStatus.Record || reader.Mistake != CsvMistake.None) continue;
            if (reader.FieldCount > MaxColumns) throw new UnreadableFileException($"has more than {MaxColumns} columns");
            var names = new string[reader.FieldCount];
            for (var i = 0; i < names.Length; i++)
                names[i] = Text(start.Slice(mark + fields[i].Start, fields[i].Length), fields[i].Escaped);
            var header = new CatalogueHeader(delimiter, names);
            if (best is null || header.KnownColumns > best.Value.Header.KnownColumns) best = (header, mark + reader.Position, reader.Line);
        }

        return best ?? throw new UnreadableFileException("has no header with the names of its columns in its first line");
    }

    private int KnownColumns => _places.Count(place => place >= 0);

    private static string Text(ReadOnlySpan<byte> value, bool escaped)
    {
        // The name is only compared and shown. PostgreSQL accepts no NUL.
        var text = string.Concat(Encoding.UTF8.GetString(value).Where(character => !char.IsControl(character)));
        return escaped ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }
}

/// <summary>A file that cannot be imported at all; the message continues "The file ...".</summary>
internal sealed class UnreadableFileException(string message, string code = "UNREADABLE_FILE") : Exception(message)
{
    public string Code { get; } = code;
}
