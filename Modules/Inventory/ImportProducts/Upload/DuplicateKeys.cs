using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Fulfillment.Inventory.ImportProducts.Upload;

/// <summary>
/// Finds the rows whose key occurs more than once in the file. It keeps 16 bytes per row in a scratch file: 96 bits of a hash and the
/// number of the row. It compares a part of the hashes at a time, so its memory does not grow with the file. (Two different keys among a
/// hundred million rows share 96 bits with a probability of about 10^-13.)
/// </summary>
/// <param name="file">An empty scratch file with a buffer.</param>
/// <param name="entriesAtOnce">Number of hashes that are compared together.</param>
internal sealed class DuplicateKeys(Stream file, int entriesAtOnce = 250_000)
{
    private const int Entry = 16;

    private long _count;

    public void Add(uint row, ReadOnlySpan<byte> key)
    {
        var hash = XxHash128.HashToUInt128(key);
        Span<byte> entry = stackalloc byte[Entry];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, (ulong)hash);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], ((ulong)(hash >> 96) << 32) | row);
        file.Write(entry);
        _count++;
    }

    /// <summary>The rows that do not count, in ascending order.</summary>
    /// <param name="duplicates">The row of a key that counts.</param>
    public List<uint> Find(ImportDuplicates duplicates)
    {
        file.Flush();
        var found = new List<uint>();
        var parts = (ulong)(_count / entriesAtOnce) + 1;
        var (hashes, rows) = (new List<ulong>(entriesAtOnce), new List<ulong>(entriesAtOnce));
        for (var part = 0UL; part < parts; part++)
        {
            hashes.Clear();
            rows.Clear();
            Collect(part, parts, hashes, rows);
            CollectionsMarshal.AsSpan(hashes).Sort(CollectionsMarshal.AsSpan(rows));
            for (var start = 0; start < hashes.Count;)
            {
                var end = start + 1;
                while (end < hashes.Count && hashes[end] == hashes[start]) end++;
                if (end - start > 1) AddLosers(CollectionsMarshal.AsSpan(rows)[start..end], duplicates, found);
                start = end;
            }
        }

        found.Sort();
        return found;
    }

    private void Collect(ulong part, ulong parts, List<ulong> hashes, List<ulong> rows)
    {
        file.Position = 0;
        var buffer = new byte[Entry * 8 * 1024];
        for (int read; (read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            for (var at = 0; at < read; at += Entry)
            {
                var hash = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at));
                if (hash % parts != part) continue;
                hashes.Add(hash);
                rows.Add(BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at + 8)));
            }
        }
    }

    // After sorting, rows with the same rest of the hash are neighbours, in the order of the file.
    private static void AddLosers(Span<ulong> rows, ImportDuplicates duplicates, List<uint> losers)
    {
        rows.Sort();
        for (var i = 0; i < rows.Length; i++)
        {
            var rival = duplicates == ImportDuplicates.Last ? i + 1 : i - 1;
            if (rival >= 0 && rival < rows.Length && rows[rival] >> 32 == rows[i] >> 32) losers.Add((uint)rows[i]);
        }
    }
}
