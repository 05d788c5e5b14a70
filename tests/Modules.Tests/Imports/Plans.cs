using System.Text;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Inventory.ImportProducts.Process;
using Fulfillment.Inventory.ImportProducts.Upload;

namespace Modules.Tests.Imports;

/// <summary>How a file is to be imported.</summary>
internal sealed record Plans(
    ImportDuplicates Duplicates, ImportMode Mode, int ChunkBytes, int BufferBytes = Plans.Buffer, ImportKey Key = ImportKey.InternalId)
{
    public const int Buffer = 1024 * 1024;

    /// <summary>Plans a file whose bytes come in pieces of these sizes, over and over.</summary>
    public UploadPlan Plan(byte[] file, params int[] pieces)
    {
        using var source = new PieceStream(file, pieces);
        using var stored = new MemoryStream();
        var options = new ImportOptions { ChunkBytes = ChunkBytes };
        using var scratch = new MemoryStream();
        var planner = new UploadPlanner(options, Key, Duplicates, Mode, scratch, BufferBytes);
        var planning = planner.RunAsync(source, stored, CancellationToken.None);
        planning.IsCompleted.ShouldBeTrue();
        stored.ToArray().AsSpan().SequenceEqual(file).ShouldBeTrue();
        return planning.GetAwaiter().GetResult();
    }

    /// <summary>Reads one chunk as the worker does: of a single row, no more than shows what it is.</summary>
    public Outcome Read(CatalogueHeader header, byte[] file, PlannedChunk chunk)
    {
        var length = chunk.Rows == 1 ? Math.Min(chunk.Length, 2 * CsvReader.MaxRecord) : chunk.Length;
        return Read(header, file.AsSpan((int)chunk.Offset, (int)length), chunk.FirstLine, chunk.Rows, chunk.Repeated);
    }

    public Outcome Read(CatalogueHeader header, ReadOnlySpan<byte> bytes, long firstLine, int count, int[] repeated)
    {
        using var rows = new ChunkRows(bytes.Length, count);
        bytes.CopyTo(rows.Chunk.Span);
        new ChunkParser(header, Key, Mode, Duplicates).Read(rows, firstLine, repeated);
        var column = CatalogueColumns.Of(Key);
        for (var i = 1; i < rows.Rows.Count; i++)
            rows.Text(rows.Rows[i - 1], column).SequenceCompareTo(rows.Text(rows.Rows[i], column)).ShouldBeLessThanOrEqualTo(0);
        return new Outcome(
            [.. rows.Rows.OrderBy(row => row.Line).Select(row => Text(rows, row))],
            [.. rows.Errors.Select(
                error => $"{error.Line}: {error.Column}, {error.Code}, {error.Message}, {Convert.ToHexString(error.Record)}")],
            rows.Superseded);
    }

    private static string Text(ChunkRows rows, CatalogueRow row)
    {
        var cells = Enum.GetValues<CatalogueColumn>().Select(column => Encoding.UTF8.GetString(rows.Text(row, column)));
        return $"{row.Line}: {string.Join('|', cells)}, {row.PriceCents}, {row.Stock}, {Convert.ToHexString(rows.Record(row))}";
    }

    /// <summary>A stream that gives a piece at a time, as networks do.</summary>
    private sealed class PieceStream(byte[] data, int[] pieces) : MemoryStream(data)
    {
        private int _turn;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(
            pieces.Length == 0 ? buffer : buffer[..Math.Min(buffer.Length, pieces[_turn++ % pieces.Length])], cancellationToken);
    }
}

/// <summary>What a chunk holds, as text that is easy to compare, in the order of the file.</summary>
internal sealed record Outcome(List<string> Rows, List<string> Errors, int Superseded)
{
    public int Count => Rows.Count + Errors.Count + Superseded;

    public bool Is(Outcome other) => Rows.SequenceEqual(other.Rows) && Errors.SequenceEqual(other.Errors) && Superseded == other.Superseded;
}
