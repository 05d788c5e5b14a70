using Fulfillment.Benchmarks.Stage;
using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>The imported files, and the load during the imports.</summary>
internal sealed record ImportBenchOptions(int Rows, int Seed, int OrdersPerSecond, StageOptions Stage)
{
    public static ImportBenchOptions Read(Arguments arguments)
    {
        var options = new ImportBenchOptions(
            arguments.Number("--rows", 2_000_000), arguments.Number("--seed", 1, least: 0),
            arguments.Number("--orders-per-second", 50), StageOptions.Read(arguments));
        arguments.NothingLeft();
        return options;
    }
}
