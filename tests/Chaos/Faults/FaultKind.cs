using Fulfillment.Cli;

namespace Fulfillment.Chaos.Faults;

/// <summary>The target of a fault: faults of processes may overlap, only one fault of the servers happens at a time.</summary>
internal enum Lane
{
    Process,
    Server,
    Message,
}

/// <summary>A kind of fault.</summary>
/// <param name="Name">Name in <c>--kinds</c> and in reports.</param>
/// <param name="Lane">Its target.</param>
/// <param name="Weight">Its frequency, relative to the others of its lane; 0 when it must be named.</param>
/// <param name="Size">Smallest and largest size; the unit depends on the kind, mostly seconds.</param>
/// <param name="NeedsServers">True when the fault stops or starts servers of this run.</param>
internal sealed record FaultKind(string Name, Lane Lane, int Weight, (double Least, double Most) Size = default, bool NeedsServers = false)
{
    public const string Failpoint = "crash-point";

    public static IReadOnlyList<FaultKind> All { get; } =
    [
        new("kill", Lane.Process, 60, (0, 2)),
        new("kill-all", Lane.Process, 2, (0, 1)),
        new(Failpoint, Lane.Process, 15, (1, 20)),
        new("terminate", Lane.Process, 6, (0, 2)),
        new("freeze", Lane.Process, 2, (10, 10)),
        new("broker-cut", Lane.Process, 3),
        new("database-cut", Lane.Process, 3),
        new("broker-slow", Lane.Process, 2, (4, 8)),
        new("database-slow", Lane.Process, 2, (4, 8)),
        new("broker-hole", Lane.Process, 2, (5, 5)),
        new("database-hole", Lane.Process, 2, (5, 5)),
        new("broker-refused", Lane.Process, 2, (2, 6)),
        new("database-refused", Lane.Process, 2, (2, 6)),
        new("broker-reply-lost", Lane.Process, 5, (1, 3)),
        new("database-reply-lost", Lane.Process, 5, (1, 3)),
        new("broker-pause", Lane.Server, 3, (1, 5), NeedsServers: true),
        new("broker-kill", Lane.Server, 8, NeedsServers: true),
        new("broker-close", Lane.Server, 4),
        new("broker-alarm", Lane.Server, 3, (5, 5), NeedsServers: true),
        new("broker-reset", Lane.Server, 1, (2, 6), NeedsServers: true),
        new("postgres-crash", Lane.Server, 8, NeedsServers: true),
        new("postgres-terminate", Lane.Server, 4),
        new("password-rotation", Lane.Server, 2, (5, 20)),
        new("duplicates", Lane.Message, 3, (50, 200)),
        new("poison", Lane.Message, 1),
        new("delete-binding", Lane.Message, 0),
        new("delete-queue", Lane.Message, 0),
    ];

    /// <summary>True when the fault removes a part of the topology; a copy of all messages would hide the loss.</summary>
    public bool Deletes => Name.StartsWith("delete-", StringComparison.Ordinal);

    /// <summary>The named kinds, or all possible kinds that need not be named.</summary>
    public static IReadOnlyList<FaultKind> Choose(string? names, bool withServers, bool withFailpoints)
    {
        if (names is null)
        {
            var possible = All.Where(kind => (withServers || !kind.NeedsServers) && (withFailpoints || kind.Name != Failpoint));
            return [.. possible.Where(kind => kind.Weight > 0)];
        }

        return [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Find)];

        FaultKind Find(string name)
        {
            var kind = All.FirstOrDefault(kind => kind.Name == name)
                ?? throw new CommandException($"There is no fault '{name}'; there are {string.Join(", ", All.Select(kind => kind.Name))}.");
            if (kind.NeedsServers && !withServers)
                throw new CommandException($"{name} needs servers that may be stopped, which these are not.");
            if (kind.Name == Failpoint && !withFailpoints)
                throw new CommandException("Failpoints exist in debug builds only: --config debug.");
            return kind with { Weight = Math.Max(1, kind.Weight) };
        }
    }
}
