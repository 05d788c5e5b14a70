using Fulfillment.Chaos.Faults;
using Fulfillment.Cli;
using Fulfillment.Harness;

namespace Fulfillment.Chaos;

/// <summary>Options of a run of the chaos command.</summary>
/// <param name="Time">Time for which faults are made.</param>
/// <param name="Seed">Chooses faults, targets, pauses and orders.</param>
/// <param name="OrdersPerSecond">Rate of the orders.</param>
/// <param name="Kinds">Kinds of faults that may be chosen.</param>
/// <param name="Once">Ends when every kind has been made once.</param>
/// <param name="PlanOnly">Prints the plan, and makes no faults.</param>
/// <param name="Rolling">Number of rolling restarts to make instead of faults.</param>
/// <param name="Failpoints">Crashes a process at each crash point in turn instead.</param>
/// <param name="Points">The crash points to use; all when there are none.</param>
/// <param name="Times">Number of crashes at each point.</param>
/// <param name="Keep">Leaves databases and virtual host behind.</param>
/// <param name="ServerSet">Servers of ./dev that may be stopped and started; null when there are none.</param>
internal sealed record ChaosOptions(
    TimeSpan Time, int Seed, int OrdersPerSecond, IReadOnlyList<FaultKind> Kinds, bool Once, bool PlanOnly, int Rolling, bool Failpoints,
    IReadOnlyList<string> Points, int Times, bool Keep, string? ServerSet)
{
    public static ChaosOptions Read(Arguments arguments)
    {
        var minutes = arguments.Number("--minutes", 0);
        var seconds = arguments.Number("--seconds", 0);
        var set = arguments.Text("--servers") ?? Environment.GetEnvironmentVariable("FULFILLMENT_SERVER_SET");
        var options = new ChaosOptions(
            minutes + seconds == 0 ? TimeSpan.FromMinutes(5) : new TimeSpan(0, minutes, seconds),
            arguments.Number("--seed", Random.Shared.Next(1_000_000), least: 0),
            arguments.Number("--orders-per-second", 45),
            FaultKind.Choose(arguments.Text("--kinds"), withServers: set is not null, withFailpoints: Repository.HasFailpoints),
            arguments.Flag("--once"), arguments.Flag("--plan"), arguments.Number("--rolling", 0), arguments.Flag("--crash-points"),
            arguments.Text("--points")?.Split(',') ?? [], arguments.Number("--times", 1), arguments.Flag("--keep"), set);
        arguments.NothingLeft();
        if (options.Failpoints && !Repository.HasFailpoints)
            throw new CommandException("Failpoints exist in debug builds only: --config debug.");
        var points = Faults.Failpoints.All.Select(entry => entry.Point).ToArray();
        if (options.Points.Except(points).FirstOrDefault() is { } unknown)
            throw new CommandException($"There is no failpoint '{unknown}'; known are {string.Join(", ", points)}.");
        return options;
    }
}
