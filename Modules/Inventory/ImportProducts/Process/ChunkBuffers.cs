using System.Buffers;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>
/// The buffers of chunks, megabytes each. The shared pool would keep some for every thread that has processed a chunk. This pool keeps as
/// many as chunks are processed at a time.
/// </summary>
internal static class ChunkBuffers
{
    private const int Largest = 64 * 1024 * 1024;

    public static ArrayPool<byte> Bytes { get; } = ArrayPool<byte>.Create(Largest, maxArraysPerBucket: 8);

    public static ArrayPool<(int Start, int Length)> Cells { get; } = ArrayPool<(int Start, int Length)>.Create(
        Largest / 8, maxArraysPerBucket: 8);
}
