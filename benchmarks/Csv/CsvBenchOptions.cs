using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Csv;

/// <summary>The input of the parsers.</summary>
internal sealed record CsvBenchOptions(int Rows, int Seed)
{
    public static CsvBenchOptions Read(Arguments arguments)
    {
        var options = new CsvBenchOptions(arguments.Number("--rows", 200_000), arguments.Number("--seed", 1, least: 0));
        arguments.NothingLeft();
        return options;
    }
}
