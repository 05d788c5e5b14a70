using Fulfillment.Cli.Samples;
using Fulfillment.Harness;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>A file to import.</summary>
internal sealed record SampleOnDisk(string Path, SampleTotals Totals);

/// <summary>The files of a benchmark run: a catalogue, and the same with other prices and stock.</summary>
internal sealed class ImportBenchFiles : IDisposable
{
    private readonly bool _keep;

    private ImportBenchFiles(SampleOnDisk first, SampleOnDisk changed, bool keep) => (First, Changed, _keep) = (first, changed, keep);

    public SampleOnDisk First { get; }

    public SampleOnDisk Changed { get; }

    public static ImportBenchFiles Write(ImportBenchOptions options, CancellationToken ct) =>
        new(Write(options, revision: 0, ct), Write(options, revision: 1, ct), options.Start.Keep);

    public void Dispose()
    {
        if (_keep) return;
        File.Delete(First.Path);
        File.Delete(Changed.Path);
    }

    private static SampleOnDisk Write(ImportBenchOptions options, int revision, CancellationToken ct)
    {
        var path = Repository.NewFile($"artifacts/bench/catalogue-{revision}.csv");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        return new SampleOnDisk(
            path, new SampleCatalogue(new SampleOptions(options.Rows, options.Seed, Revision: revision)).Write(file, ct));
    }
}
