using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Reads;

/// <summary>The number of orders, and the load beside the reads.</summary>
internal sealed record ReadsOptions(int Orders, int Readers, int OrdersPerSecond, TimeSpan Duration, StartOptions Start)
{
    public static ReadsOptions Read(Arguments arguments)
    {
        var options = new ReadsOptions(
            arguments.Number("--orders", 1_000_000), arguments.Number("--readers", 50), arguments.Number("--orders-per-second", 100),
            TimeSpan.FromSeconds(arguments.Number("--seconds", 20)), StartOptions.Read(arguments));
        arguments.NothingLeft();
        return options;
    }
}
