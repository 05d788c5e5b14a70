namespace Fulfillment.Chaos.Faults;

/// <summary>A planned fault.</summary>
/// <param name="Pause">Seconds since the previous fault of its lane.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Target">
/// The affected process; a password rotation affects the module of that process. Other faults of servers ignore it.
/// </param>
/// <param name="Size">Duration or amount.</param>
/// <param name="Failpoint">The point in the code at which the process crashes, for faults of that kind.</param>
internal sealed record Fault(double Pause, FaultKind Kind, string Target, double Size, string Failpoint)
{
    public override string ToString()
    {
        var what = Kind.Name == FaultKind.Failpoint ? $"{Kind.Name} {Failpoint}:{Size:0}" : $"{Kind.Name}";
        var target = Kind.Lane == Lane.Process || Kind.Name == "password-rotation" ? $" {Target}" : "";
        var size = Kind.Size.Most > 0 && Kind.Name != FaultKind.Failpoint ? $" ({Size:0.0})" : "";
        return $"after {Pause:0.0} s {what}{target}{size}";
    }
}

/// <summary>
/// The sequence of faults, derived from the seed alone: the same seed makes the same plan. Several lanes run side by side; each begins the
/// next fault when the previous one is over. Every kind happens once first, then random ones follow.
/// </summary>
internal sealed class FaultPlan
{
    private const int ProcessLanes = 3;
    private const string All = "all";
    private readonly IReadOnlyList<FaultKind> _kinds;
    private readonly IReadOnlyList<string> _targets;

    public FaultPlan(IReadOnlyList<FaultKind> kinds, IReadOnlyList<string> targets, int seed)
    {
        (_kinds, _targets) = (kinds, targets);
        var round = new Random(seed);
        var lanes = new List<PlannedLane>();
        foreach (var lane in Enum.GetValues<Lane>())
        {
            var first = kinds.Where(kind => kind.Lane == lane).ToArray();
            round.Shuffle(first);
            var count = lane == Lane.Process ? ProcessLanes : 1;
            for (var i = 0; i < count; i++)
            {
                var mine = first.Where((_, at) => at % count == i).ToList();
                if (first.Length == 0) continue;
                var faults = Faults(lane, mine, new Random(round.Next()));
                lanes.Add(new PlannedLane($"{lane}-{i + 1}".ToLowerInvariant(), mine.Count, faults));
            }
        }

        Lanes = lanes;
    }

    public IReadOnlyList<PlannedLane> Lanes { get; }

    private IEnumerable<Fault> Faults(Lane lane, List<FaultKind> first, Random random)
    {
        foreach (var kind in first) yield return Make(kind, random);
        var mine = _kinds.Where(kind => kind.Lane == lane).ToList();
        var sum = mine.Sum(kind => kind.Weight);
        while (true)
        {
            var pick = random.Next(sum);
            yield return Make(mine.First(kind => (pick -= kind.Weight) < 0), random);
        }
    }

    private Fault Make(FaultKind kind, Random random)
    {
        var (pause, size) = (random.NextDouble(), kind.Size.Least + (random.NextDouble() * (kind.Size.Most - kind.Size.Least)));
        var target = _targets[random.Next(_targets.Count)];
        var points = Failpoints.Of(target);
        var point = points[random.Next(points.Count)];
        pause *= kind.Lane switch { Lane.Process => 2, Lane.Server => 10, _ => 8 };
        return new Fault(pause, kind, kind.Name == "kill-all" ? All : target, size, point);
    }
}

/// <summary>Faults that follow one another.</summary>
/// <param name="Name">Display name.</param>
/// <param name="FirstRound">Number of faults that are this lane's part of the first round of all kinds.</param>
/// <param name="Faults">The faults, without end.</param>
internal sealed record PlannedLane(string Name, int FirstRound, IEnumerable<Fault> Faults);
