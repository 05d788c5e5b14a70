using System.Text;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Inventory.ImportProducts.Process;

namespace Modules.Tests.Imports;

/// <summary>The rows and errors of a file that is one chunk.</summary>
internal sealed class ParsedChunk : IDisposable
{
    private readonly ChunkRows _rows;

    public ParsedChunk(
        byte[] file, ImportKey key = ImportKey.InternalId, ImportMode mode = ImportMode.Upsert,
        ImportDuplicates duplicates = ImportDuplicates.Last,
        params int[] repeated)
    {
        var (header, start, line) = CatalogueHeader.Read(file, complete: true);
        _rows = new ChunkRows(file.Length - start, count: 1);
        file.AsSpan(start).CopyTo(_rows.Chunk.Span);
        new ChunkParser(header, key, mode, duplicates).Read(_rows, line, repeated);
    }

    public ParsedChunk(
        string file, ImportKey key = ImportKey.InternalId, ImportMode mode = ImportMode.Upsert,
        ImportDuplicates duplicates = ImportDuplicates.Last,
        params int[] repeated)
        : this(Encoding.UTF8.GetBytes(file), key, mode, duplicates, repeated)
    {
    }

    public IReadOnlyList<CatalogueRow> Rows => _rows.Rows;

    public IReadOnlyList<RowError> Errors => _rows.Errors;

    public int Superseded => _rows.Superseded;

    public string Text(CatalogueRow row, CatalogueColumn column) => Encoding.UTF8.GetString(_rows.Text(row, column));

    public void Dispose() => _rows.Dispose();
}
