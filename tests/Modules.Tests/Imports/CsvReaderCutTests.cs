using CsCheck;
using Fulfillment.Inventory.ImportProducts.Csv;

namespace Modules.Tests.Imports;

/// <summary>A reader that gets a file in parts finds what one that has it whole does.</summary>
public sealed class CsvReaderCutTests
{
    [Fact]
    public void Records_are_the_same_wherever_the_bytes_at_hand_end()
    {
        RandomBytes.Noise.Sample(
            data =>
            {
                var whole = CsvRecords.Read(data, ',', complete: true);
                return Enumerable.Range(0, data.Length + 1).All(cut => IsSame(whole.Records, data, cut));
            },
            iter: 5_000);
    }

    [Fact]
    public void Records_about_as_long_as_allowed_are_the_same_wherever_the_bytes_at_hand_end()
    {
        Gen.Select(RandomBytes.WithLongLines, Gen.Int[0, 10_000].Array[1, 5]).Sample(
            (data, cuts) =>
            {
                var whole = CsvRecords.Read(data, ',', complete: true);
                return cuts.All(cut => IsSame(whole.Records, data, (int)((long)data.Length * cut / 10_000)));
            },
            iter: 300);
    }

    private static bool IsSame(List<string> whole, byte[] data, int cut)
    {
        var (records, end, position, line) = CsvRecords.Read(data[..cut], ',', complete: false);
        // How a line without an end goes on is for its reader's owner to find.
        if (end == CsvStatus.Endless) return records[..^1].SequenceEqual(whole.Take(records.Count - 1));
        return end == CsvStatus.NeedMore
            && records.Concat(CsvRecords.Read(data[position..], ',', complete: true, line).Records).SequenceEqual(whole);
    }
}
