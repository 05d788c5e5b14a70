using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>The imported files, and the load during the imports.</summary>
internal sealed record ImportBenchOptions(int Rows, int Seed, int OrdersPerSecond, StartOptions Start)
{
    public static ImportBenchOptions Read(Arguments arguments)
    {
        var options = new ImportBenchOptions(
            arguments.Number("--rows", 2_000_000), arguments.Number("--seed", 1, least: 0),
            arguments.Number("--orders-per-second", 50), StartOptions.Read(arguments));
        arguments.NothingLeft();
        return options;
    }
}
