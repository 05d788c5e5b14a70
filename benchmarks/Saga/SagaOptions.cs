using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>The posted orders, and the measured system.</summary>
internal sealed record SagaOptions(int Orders, int Concurrency, int Items, int Products, int Warmup, int Seed, StartOptions Start)
{
    public static SagaOptions Read(Arguments arguments)
    {
        var options = new SagaOptions(
            arguments.Number("--orders", 5_000), arguments.Number("--concurrency", 64), arguments.Number("--items", 2),
            arguments.Number("--products", 100), arguments.Number("--warmup", 1_000, least: 0),
            arguments.Number("--seed", Random.Shared.Next(1_000_000), least: 0), StartOptions.Read(arguments));
        arguments.NothingLeft();
        return options.Items <= options.Products ? options : throw new CommandException("--items cannot be more than --products.");
    }
}
