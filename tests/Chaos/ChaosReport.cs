using System.Globalization;
using System.Text;
using Fulfillment.Chaos.Checks;
using Fulfillment.Chaos.Customers;
using Fulfillment.Chaos.Faults;
using Fulfillment.Cli;

namespace Fulfillment.Chaos;

/// <summary>The actions and findings of a run: in the terminal, and as a table in a file.</summary>
internal sealed class ChaosReport(string title)
{
    private const int MostShown = 50;
    private readonly List<(string Name, string Text)> _rows = [];

    public void Add(string name, string text) => _rows.Add((name, text));

    public void AddOrders(LoadGenerator generator, DatabaseSnapshot snapshot)
    {
        var history = generator.History;
        Add("orders", string.Create(CultureInfo.InvariantCulture,
            $"{history.Placements.Count} posted: {history.Count(Outcome.Ok)} ok, {history.Count(Outcome.Refused)} refused, "
            + $"{history.Count(Outcome.Unavailable)} refused as unavailable, {history.Count(Outcome.Info)} unknown"));
        var ended = snapshot.Orders.GroupBy(order => order.Reason is null ? order.Status : $"{order.Status} {order.Reason}")
            .OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}");
        Add("ended", string.Join(", ", ended));
        Add("longest", snapshot.Orders.Count == 0
            ? "no order"
            : $"{snapshot.Orders.Max(order => order.Took).TotalSeconds:0.0} s from its creation to its end");
        Add("keys", generator.KeysAreHonoured
            ? $"{history.Placements.Count(placement => placement.Key is not null)} orders had an Idempotency-Key"
            : "Idempotency-Key is not honoured by this system: not tried");
        Add("cancels", generator.CancelsAreHonoured
            ? string.Join(", ", history.Placements.Where(placement => placement.Cancel != CancelOutcome.NotTried)
                .GroupBy(placement => placement.Cancel).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key}"))
            : "orders cannot be cancelled in this system: not tried");
    }

    public void AddDeadLetters(DatabaseSnapshot snapshot) =>
        Add("poison", $"{snapshot.Poison.Count} messages in, {snapshot.DeadLetters.Count} dead letters out");

    public void AddCounts(string name, IEnumerable<string> what, TestEnvironment.ChaosLog log) =>
        Add(name, string.Join(", ", what.Where(each => log[each] > 0).Select(each => $"{log[each]} {each}")));

    public void AddFaults(IEnumerable<FaultKind> kinds, TestEnvironment.ChaosLog log) =>
        Add("faults", string.Join(", ", kinds.Select(kind => $"{log[$"fault {kind.Name}"]} {kind.Name}")));

    /// <summary>Prints the report and writes it to a file.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WriteAsync(string file, IReadOnlyList<string> violations)
    {
        Console.WriteLine();
        foreach (var (name, text) in _rows) Report.Line(name, text);
        string[] more = violations.Count > MostShown ? [$"and {violations.Count - MostShown} more, in {file}"] : [];
        var code = Report.Checks([.. violations.Take(MostShown), .. more]);

        var table = new StringBuilder($"# {title}\n\n| | |\n|---|---|\n");
        foreach (var (name, text) in _rows) table.Append(CultureInfo.InvariantCulture, $"| {name} | {text} |\n");
        table.Append(CultureInfo.InvariantCulture, $"| violations | {violations.Count} |\n\n");
        foreach (var violation in violations) table.Append(CultureInfo.InvariantCulture, $"- {violation}\n");
        await File.WriteAllTextAsync(file, table.ToString());
        Report.Line("report", file);
        return code;
    }
}
