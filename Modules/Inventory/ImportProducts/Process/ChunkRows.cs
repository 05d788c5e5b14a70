using Fulfillment.Inventory.ImportProducts.Csv;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>A valid row; its texts lie in <see cref="ChunkRows"/>.</summary>
/// <param name="Line">Physical line on which the record starts.</param>
/// <param name="Cells">Index of its first cell.</param>
/// <param name="Record">Position of the record in the chunk, for a later rejection.</param>
internal readonly record struct CatalogueRow(long Line, int Cells, (int Start, int Length) Record, long PriceCents, int Stock);

/// <summary>A row that is not imported.</summary>
internal sealed record RowError(long Line, string? Column, RowErrorCode Code, string Message, byte[] Record);

/// <summary>
/// The contents of a chunk: valid rows, sorted by key, and errors. Texts stay the bytes of the file, because the database takes them as
/// such. Only the few values with doubled quotes are copied, behind the chunk in the same buffer.
/// </summary>
internal sealed class ChunkRows : IDisposable
{
    private readonly byte[] _text;
    private (int Start, int Length)[] _cells;
    private int _cellCount;
    private int _textEnd;

    /// <param name="length">Bytes of the chunk.</param>
    /// <param name="count">Its number of rows.</param>
    public ChunkRows(int length, int count)
    {
        Length = length;
        Rows = new List<CatalogueRow>(count);
        _textEnd = length;
        _text = ChunkBuffers.Bytes.Rent(2 * length);
        _cells = ChunkBuffers.Cells.Rent(count * CatalogueColumns.Count);
    }

    /// <summary>Bytes of the chunk.</summary>
    public int Length { get; }

    public List<CatalogueRow> Rows { get; }

    public List<RowError> Errors { get; } = [];

    /// <summary>Number of valid rows that do not count because their key occurs elsewhere in the file.</summary>
    public int Superseded { get; set; }

    /// <summary>The bytes of the chunk as the file has them.</summary>
    public Memory<byte> Chunk => _text.AsMemory(0, Length);

    public ReadOnlySpan<byte> Text(in CatalogueRow row, CatalogueColumn column)
    {
        var (start, length) = _cells[row.Cells + (int)column];
        return _text.AsSpan(start, length);
    }

    public ReadOnlySpan<byte> Record(in CatalogueRow row) => _text.AsSpan(row.Record.Start, row.Record.Length);

    /// <summary>Makes room for the cells of one more row, all of them empty.</summary>
    public int AddCells()
    {
        if (_cellCount + CatalogueColumns.Count > _cells.Length)
        {
            var larger = ChunkBuffers.Cells.Rent(2 * _cells.Length);
            _cells.AsSpan(0, _cellCount).CopyTo(larger);
            ChunkBuffers.Cells.Return(_cells);
            _cells = larger;
        }

        var first = _cellCount;
        _cells.AsSpan(first, CatalogueColumns.Count).Clear();
        _cellCount += CatalogueColumns.Count;
        return first;
    }

    /// <summary>Removes the cells of the last row.</summary>
    public void DropCells() => _cellCount -= CatalogueColumns.Count;

    /// <summary>Sets a cell to the value of a field, and returns it.</summary>
    public ReadOnlySpan<byte> SetCell(int cells, CatalogueColumn column, CsvField field, bool restore)
    {
        var (start, length) = (field.Start, field.Length);
        if (field.Escaped)
        {
            start = _textEnd;
            length = Cell.Unescape(_text.AsSpan(field.Start, field.Length), _text.AsSpan(start));
            _textEnd += length;
        }

        var bounds = Cell.Bounds(_text.AsSpan(start, length), column, restore);
        _cells[cells + (int)column] = (start + bounds.Skip, bounds.Length);
        return _text.AsSpan(start + bounds.Skip, bounds.Length);
    }

    /// <summary>Every writer of products locks them in the order of their keys, so that writers cannot deadlock.</summary>
    public void SortByKey(CatalogueColumn key) => Rows.Sort((a, b) => Text(a, key).SequenceCompareTo(Text(b, key)));

    public void Dispose()
    {
        ChunkBuffers.Bytes.Return(_text);
        ChunkBuffers.Cells.Return(_cells);
    }
}
