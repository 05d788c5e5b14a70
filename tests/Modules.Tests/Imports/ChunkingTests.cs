using CsCheck;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Inventory.ImportProducts.Upload;

namespace Modules.Tests.Imports;

/// <summary>Where a file is cut, and how its bytes arrive, makes no difference to what is imported.</summary>
public sealed class ChunkingTests
{
    private const int SmallestBuffer = CsvReader.MaxRecord + 2;
    private static readonly int[] LongLines = [3, 5, 6, 8];

    private static readonly Gen<int[]> Pieces = Gen.OneOf(
        Gen.Const(Array.Empty<int>()), Gen.Int[1, 40].Array[1, 5], Gen.Int[1, 100_000].Array[1, 5]);

    private static readonly Gen<ImportDuplicates> Duplicates = Gen.OneOf(Enum.GetValues<ImportDuplicates>());

    private static readonly Gen<ImportMode> Modes = Gen.OneOf(ImportMode.Upsert, ImportMode.StockOnly);

    [Fact]
    public void A_file_in_chunks_of_any_size_is_the_same_as_in_one() => Gen.Select(
        RandomBytes.Catalogue,
        Gen.Select(Duplicates, Modes, Gen.Int[1, 300], (duplicates, mode, bytes) => new Plans(duplicates, mode, bytes)), Pieces)
        .Sample(IsTheSameAsInOne, iter: 3_000);

    [Fact]
    public void Noise_in_chunks_of_any_size_is_the_same_as_in_one() => Gen.Select(
        RandomBytes.Noise,
        Gen.Select(Duplicates, Modes, Gen.Int[1, 10], (duplicates, mode, bytes) => new Plans(duplicates, mode, bytes)), Pieces)
        .Sample(IsTheSameAsInOne, iter: 3_000);

    [Fact]
    public void A_file_with_long_lines_in_chunks_of_any_size_is_the_same_as_in_one() => Gen.Select(
        RandomBytes.WithLongLines,
        Gen.Select(
            Duplicates, Modes, Gen.OneOf(Gen.Int[1, 300], Gen.Int[50_000, 300_000]),
            Gen.OneOf(Gen.Int[SmallestBuffer, SmallestBuffer + 10], Gen.Int[70_000, 300_000]),
            (duplicates, mode, chunk, buffer) => new Plans(duplicates, mode, chunk, buffer)),
        Pieces.Where(pieces => pieces.All(piece => piece > 40)))
        .Sample(IsTheSameAsInOne, iter: 300);

    [Theory]
    [InlineData(100_000)]
    [InlineData(Plans.Buffer - 40)]
    [InlineData(Plans.Buffer)]
    [InlineData((2 * Plans.Buffer) + 7)]
    public void A_line_longer_than_any_buffer_is_one_bad_row(int length)
    {
        foreach (var (shape, end) in new[] { ("", "\n"), ("", "\r\n"), ("\"", "\n"), ("x\"", "\n"), ("é", "\n") })
        {
            var endless = shape + new string('a', length);
            var file = Bytes($"Internal ID,Stock\na,1\n{endless}{end}b,2\n{endless}{end}{endless}{end}c,3\n{endless}");
            foreach (var chunkBytes in new[] { 1, 4096, Plans.Buffer, int.MaxValue })
            {
                var plans = new Plans(ImportDuplicates.Last, ImportMode.StockOnly, chunkBytes);
                var plan = plans.Plan(file);

                plan.Rows.ShouldBe(7);
                plan.SizeBytes.ShouldBe(file.Length);
                var outcomes = plan.Chunks.Select(chunk => plans.Read(plan.Header, file, chunk)).ToList();
                outcomes.SelectMany(outcome => outcome.Rows).Select(row => row.Split('|')[0]).ShouldBe(["2: a", "4: b", "7: c"]);
                outcomes.SelectMany(outcome => outcome.Errors).Select(error => string.Join(',', error.Split(',')[..3])).ShouldBe(
                    LongLines.Select(line => $"{line}: , TooLong, the record is longer than 65536 bytes"));
            }
        }
    }

    [Fact]
    public void Any_number_of_empty_lines_makes_no_chunk_larger()
    {
        var plans = new Plans(ImportDuplicates.Last, ImportMode.StockOnly, ChunkBytes: 4096);

        var plan = plans.Plan(Bytes($"Internal ID,Stock\na,1\n{new string('\n', 3_000_000)}b,2\nc,3\n"));

        plan.Chunks.Select(chunk => (chunk.Length, chunk.FirstLine, chunk.Rows)).ShouldBe([(4L, 2L, 1), (8L, 3_000_003L, 2)]);
    }

    private static void IsTheSameAsInOne(byte[] body, Plans plans, int[] pieces)
    {
        byte[] file = [.. Bytes("Internal ID,Name,Price,Stock\n"), .. body];
        var (header, start, line) = CatalogueHeader.Read(file, complete: true);
        var plan = plans.Plan(file, pieces);
        plan.SizeBytes.ShouldBe(file.Length);

        var at = (long)start;
        foreach (var chunk in plan.Chunks)
        {
            file.AsSpan((int)at, (int)(chunk.Offset - at)).ContainsAnyExcept("\r\n"u8).ShouldBeFalse();
            at = chunk.Offset + chunk.Length;
            // It is read into memory, except that a single row is read no further than the longest record.
            if (chunk.Rows > 1) chunk.Length.ShouldBeLessThan(plans.ChunkBytes + plans.BufferBytes);
        }

        file.AsSpan((int)at).ContainsAnyExcept("\r\n"u8).ShouldBeFalse();

        var outcomes = plan.Chunks.Select(chunk => plans.Read(plan.Header, file, chunk)).ToList();
        outcomes.Select(outcome => outcome.Count).ShouldBe(plan.Chunks.Select(chunk => chunk.Rows));
        plan.Rows.ShouldBe(plan.Chunks.Sum(chunk => chunk.Rows));

        var whole = plans.Read(header, file.AsSpan(start), line, (int)plan.Rows, Repeated(plan));
        var together = new Outcome(
            [.. outcomes.SelectMany(outcome => outcome.Rows)], [.. outcomes.SelectMany(outcome => outcome.Errors)],
            outcomes.Sum(outcome => outcome.Superseded));
        together.Is(whole).ShouldBeTrue();
    }

    private static int[] Repeated(UploadPlan plan)
    {
        var (all, first) = (new List<int>(), 0);
        foreach (var chunk in plan.Chunks)
        {
            all.AddRange(chunk.Repeated.Select(row => first + row));
            first += chunk.Rows;
        }

        return [.. all];
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
