using System.Diagnostics;
using Fulfillment.Benchmarks.Measure;
using Fulfillment.Cli;
using Fulfillment.Cli.Samples;

namespace Fulfillment.Benchmarks.Csv;

/// <summary>Measures the speed of one core that parses a catalogue, and the memory that it allocates.</summary>
internal static class CsvBenchCommand
{
    private const int Rounds = 5;

    public static int Run(CsvBenchOptions options, CancellationToken ct)
    {
        using var stream = new MemoryStream();
        new SampleCatalogue(new SampleOptions(options.Rows, options.Seed)).Write(stream, ct);
        var file = stream.ToArray();
        var plan = OwnParser.Plan(file);
        Contender[] contenders =
        [
            new("CsvHelper", () => LibraryParsers.ReadByCsvHelper(file)),
            new("Sep", () => LibraryParsers.ReadBySep(file)),
            new("Sylvan", () => LibraryParsers.ReadBySylvan(file)),
            new("own reader", () => LibraryParsers.ReadByOwn(file)),
            new("own, checked", () => OwnParser.Parse(file, plan)),
            new("own, planned", () => OwnParser.Parse(file, OwnParser.Plan(file))),
        ];

        // The parsers take turns, so that other work of the machine disturbs all of them alike.
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var contender in contenders)
            {
                ct.ThrowIfCancellationRequested();
                contender.Run();
            }
        }

        Report.Line("machine", Machine.Describe());
        Report.Line("file", $"{options.Rows} rows, {file.Length / 1e6:F1} MB, seed {options.Seed}");
        var fastest = contenders.Min(contender => contender.Times.Min());
        foreach (var contender in contenders) Report.Line(contender.Name, contender.Describe(file.Length, options.Rows, fastest));
        return Report.Checks(
            [.. contenders.Where(contender => contender.Sum != contenders[0].Sum || contender.Sum.Rows != options.Rows)
                .Select(contender => $"{contender.Name} found {contender.Sum}, {contenders[0].Name} {contenders[0].Sum}")]);
    }

    private sealed class Contender(string name, Func<Checksum> parse)
    {
        private readonly List<long> _allocated = [];

        public string Name => name;

        public List<TimeSpan> Times { get; } = [];

        public Checksum Sum { get; private set; }

        public void Run()
        {
            GC.Collect();
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
            var sum = parse();
            Times.Add(clock.Elapsed);
            _allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
            if (Times.Count > 1 && sum != Sum) throw new CommandException($"{name} found {Sum} first and {sum} then.");
            Sum = sum;
        }

        public string Describe(int bytes, int rows, TimeSpan fastest)
        {
            string Speed(TimeSpan time) => $"{bytes / 1e6 / time.TotalSeconds,5:F0}";
            return $"{Speed(Times.Min())} MB/s best, {Speed(Times.Order().ElementAt(Rounds / 2))} median, "
                + $"{Times.Min() / fastest,5:F2} times the fastest, "
                + $"{_allocated.Order().ElementAt(Rounds / 2) / (double)rows,5:F0} bytes allocated per row";
        }
    }
}
