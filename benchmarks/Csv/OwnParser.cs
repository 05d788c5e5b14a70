using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Inventory.ImportProducts.Process;
using Fulfillment.Inventory.ImportProducts.Upload;

namespace Fulfillment.Benchmarks.Csv;

/// <summary>The parser of the import, with all checks of the rows and their sorting by key, chunk by chunk as a worker does it.</summary>
internal static class OwnParser
{
    /// <summary>The work of an upload: finds the chunks and repeated keys, and hashes the file.</summary>
    public static UploadPlan Plan(byte[] file)
    {
        using var scratch = new FileStream(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 128 * 1024, FileOptions.DeleteOnClose);
        var planner = new UploadPlanner(new ImportOptions(), ImportKey.InternalId, ImportDuplicates.Last, ImportMode.Upsert, scratch);
        return planner.RunAsync(new MemoryStream(file), Stream.Null, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>The work of the chunk handlers.</summary>
    public static Checksum Parse(byte[] file, UploadPlan plan)
    {
        var parser = new ChunkParser(plan.Header, ImportKey.InternalId, ImportMode.Upsert, ImportDuplicates.Last);
        var sum = default(Checksum);
        foreach (var chunk in plan.Chunks)
        {
            using var rows = new ChunkRows((int)chunk.Length, chunk.Rows);
            file.AsSpan((int)chunk.Offset, (int)chunk.Length).CopyTo(rows.Chunk.Span);
            parser.Read(rows, chunk.FirstLine, chunk.Repeated);
            foreach (var row in rows.Rows) sum = sum.Add(row.PriceCents, row.Stock, rows.Text(row, CatalogueColumn.InternalId).Length);
        }

        return sum;
    }
}
