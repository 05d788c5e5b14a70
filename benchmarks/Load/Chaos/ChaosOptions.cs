using Fulfillment.Load.Chaos.Faults;
using Fulfillment.Load.Stage;

namespace Fulfillment.Load.Chaos;

/// <summary>How long, how hard, and with what.</summary>
/// <param name="Time">How long faults are made.</param>
/// <param name="Seed">Chooses faults, targets, pauses and orders.</param>
/// <param name="OrdersPerSecond">Rate of the customers.</param>
/// <param name="Kinds">Kinds of faults that may be chosen.</param>
/// <param name="Once">Ends when every kind has been made once.</param>
/// <param name="PlanOnly">Prints what is planned, and does nothing.</param>
/// <param name="Rolling">Number of rolling restarts to make instead of faults.</param>
/// <param name="CrashPoints">Dies at each crash point in turn instead.</param>
/// <param name="Points">At these only; all when there are none.</param>
/// <param name="Times">How often at each.</param>
/// <param name="Keep">Leaves databases and virtual host behind.</param>
/// <param name="ServerSet">Servers of ./dev that may be stopped and started; null when there are none.</param>
internal sealed record ChaosOptions(
    TimeSpan Time, int Seed, int OrdersPerSecond, IReadOnlyList<FaultKind> Kinds, bool Once, bool PlanOnly, int Rolling, bool CrashPoints, IReadOnlyList<string> Points, int Times,
    bool Keep, string? ServerSet)
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
            FaultKind.Choose(arguments.Text("--kinds"), withServers: set is not null, withCrashPoints: Repository.Configuration == "debug"),
            arguments.Flag("--once"), arguments.Flag("--plan"), arguments.Number("--rolling", 0), arguments.Flag("--crash-points"),
            arguments.Text("--points")?.Split(',') ?? [], arguments.Number("--times", 1), arguments.Flag("--keep"), set);
        arguments.NothingLeft();
        if (options.CrashPoints && Repository.Configuration != "debug") throw new LoadException("Crash points exist in debug builds only: --config debug.");
        if (options.Points.Except(Faults.CrashPoints.All.Select(entry => entry.Point)).FirstOrDefault() is { } unknown)
            throw new LoadException($"There is no crash point '{unknown}'; known are {string.Join(", ", Faults.CrashPoints.All.Select(entry => entry.Point))}.");
        return options;
    }
}
