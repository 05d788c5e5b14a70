namespace Fulfillment.Load.Chaos.Faults;

/// <summary>A fault that is going to be made.</summary>
/// <param name="Pause">Seconds since the one before it in its lane.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Target">The process that it happens to; a rotated password is that of its module; meaningless for all other faults of servers.</param>
/// <param name="Size">How long or how much.</param>
/// <param name="CrashPoint">Where the process dies, for those that do so at a point in their code.</param>
internal sealed record Fault(double Pause, FaultKind Kind, string Target, double Size, string CrashPoint)
{
    public override string ToString()
    {
        var what = Kind.Name == FaultKind.CrashPoint ? $"{Kind.Name} {CrashPoint}:{Size:0}" : $"{Kind.Name}";
        return $"after {Pause:0.0} s {what}{(Kind.Lane == Lane.Process || Kind.Name == "password-rotation" ? $" {Target}" : "")}{(Kind.Size.Most > 0 && Kind.Name != FaultKind.CrashPoint ? $" ({Size:0.0})" : "")}";
    }
}

/// <summary>
/// What goes wrong in which order, from the seed alone: the same seed plans the same. Several lanes run side by side; each begins the next fault when
/// the one before is over. First comes every kind once, then what chance brings.
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
                if (first.Length > 0) lanes.Add(new PlannedLane($"{lane}-{i + 1}".ToLowerInvariant(), mine.Count, Faults(lane, mine, new Random(round.Next()))));
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
        var points = CrashPoints.Of(target);
        var point = points[random.Next(points.Count)];
        pause *= kind.Lane switch { Lane.Process => 2, Lane.Server => 10, _ => 8 };
        return new Fault(pause, kind, kind.Name == "kill-all" ? All : target, size, point);
    }
}

/// <summary>Faults that follow one another.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="FirstRound">How many of them make up this lane's part of every kind once.</param>
/// <param name="Faults">Endless.</param>
internal sealed record PlannedLane(string Name, int FirstRound, IEnumerable<Fault> Faults);
