using System.ComponentModel.DataAnnotations;

namespace Fulfillment.Inventory.ImportProducts;

/// <summary>Settings of catalogue imports, section <c>Import</c>.</summary>
public sealed class ImportOptions
{
    /// <summary>Folder in which uploads are kept until they are imported. Every replica of the module must see the same one.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Largest file, uncompressed, in bytes.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxFileBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Bytes that are worked on in one transaction, about; 4 KiB to 16 MiB.</summary>
    [Range(4 * 1024, 16 * 1024 * 1024)]
    public int ChunkBytes { get; init; } = 1024 * 1024;

    /// <summary>Chunks of an import that are published ahead of the work, 1-1,000.</summary>
    [Range(1, 1_000)]
    public int Window { get; init; } = 16;
}
