namespace Fulfillment.Benchmarks.Csv;

/// <summary>The result that every parser must have for the same file.</summary>
internal readonly record struct Checksum(long Rows, long Cents, long Stock, long KeyLengths)
{
    public Checksum Add(long cents, int stock, int keyLength) => new(Rows + 1, Cents + cents, Stock + stock, KeyLengths + keyLength);
}
