using System.Globalization;
using System.Text;
using CsCheck;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Upload;

namespace Modules.Tests.Imports;

public sealed class DuplicateKeysTests
{
    [Theory]
    [InlineData(ImportDuplicates.Last, 0u, 2u, 3u)]
    [InlineData(ImportDuplicates.First, 3u, 4u, 5u)]
    [InlineData(ImportDuplicates.Error, 3u, 4u, 5u)]
    public void All_but_the_row_that_counts_are_found(ImportDuplicates duplicates, params uint[] rows) =>
        Find(["a", "b", "c", "a", "a", "c"], duplicates).ShouldBe(rows);

    [Fact]
    public void Keys_that_differ_are_not_repeated() => Find(["a", "A", "á", "a ", "aa", ""], ImportDuplicates.Last).ShouldBeEmpty();

    [Fact]
    public void A_file_without_rows_repeats_nothing() => Find([], ImportDuplicates.Last).ShouldBeEmpty();

    [Fact]
    public void What_is_found_is_what_a_dictionary_finds()
    {
        var keys = Gen.Int[0, 30].Select(number => number.ToString(CultureInfo.InvariantCulture)).Array[0, 60];

        Gen.Select(keys, Gen.OneOf(Enum.GetValues<ImportDuplicates>()), Gen.Int[1, 70]).Sample(
            (all, duplicates, atOnce) => Find(all, duplicates, atOnce).SequenceEqual(Expected(all, duplicates)), iter: 1_000);
    }

    [Theory]
    [InlineData(ImportDuplicates.Last)]
    [InlineData(ImportDuplicates.First)]
    public void More_keys_than_are_looked_at_together_are_found(ImportDuplicates duplicates)
    {
        var keys = Enumerable.Range(0, 50_000).Select(row => (row * 7919L % 30_011).ToString(CultureInfo.InvariantCulture)).ToArray();

        Find(keys, duplicates, atOnce: 9_000).ShouldBe(Expected(keys, duplicates));
    }

    [Fact]
    public void Rows_may_have_gaps()
    {
        using var scratch = new MemoryStream();
        var keys = new DuplicateKeys(scratch);
        foreach (var row in new[] { 5u, 70_000u, uint.MaxValue }) keys.Add(row, "a"u8);

        keys.Find(ImportDuplicates.Last).ShouldBe([5u, 70_000u]);
    }

    private static List<uint> Find(string[] all, ImportDuplicates duplicates, int atOnce = 250_000)
    {
        using var scratch = new MemoryStream();
        var keys = new DuplicateKeys(scratch, atOnce);
        for (var row = 0; row < all.Length; row++) keys.Add((uint)row, Encoding.UTF8.GetBytes(all[row]));
        return keys.Find(duplicates);
    }

    private static IEnumerable<uint> Expected(string[] all, ImportDuplicates duplicates)
    {
        var counting = new Dictionary<string, int>();
        for (var row = 0; row < all.Length; row++)
        {
            if (duplicates == ImportDuplicates.Last) counting[all[row]] = row;
            else counting.TryAdd(all[row], row);
        }

        return Enumerable.Range(0, all.Length).Where(row => counting[all[row]] != row).Select(row => (uint)row);
    }
}
