namespace Architecture.Tests;

/// <summary>
/// A rule with its own proof: what it is applied to, violations that it must catch, and selections that are empty, which it must
/// refuse. A rule that selects nothing would pass whatever the code does.
/// </summary>
internal abstract record Rule(string Name)
{
    /// <summary>Violations in the code of this repository.</summary>
    public abstract IReadOnlyList<string> InCode();

    /// <summary>Violations in each planted selection, which all must have some.</summary>
    public abstract IReadOnlyList<IReadOnlyList<string>> InPlanted();

    /// <summary>Attempts to apply the rule to nothing.</summary>
    public abstract IReadOnlyList<Action> OnNothing();
}

/// <summary>A rule over a selection of one kind of subject.</summary>
/// <param name="Violations">One readable line per violation; empty when the rule is kept.</param>
/// <param name="Code">Selects the subjects of this repository.</param>
/// <param name="Planted">Selections with a violation each.</param>
internal sealed record Rule<T>(
    string Name, Func<IReadOnlyList<T>, IEnumerable<string>> Violations, Func<IReadOnlyList<T>> Code, params IReadOnlyList<T[]> Planted)
    : Rule(Name)
{
    /// <summary>Selections that look like one and select nothing.</summary>
    public IReadOnlyList<T[]> Hollow { get; init; } = [];

    public override IReadOnlyList<string> InCode() => Apply(Code());

    public override IReadOnlyList<IReadOnlyList<string>> InPlanted() => [.. Planted.Select(Apply)];

    public override IReadOnlyList<Action> OnNothing() =>
        [.. Hollow.Prepend([]).Select(selection => (Action)(() => Apply(selection)))];

    private IReadOnlyList<string> Apply(IReadOnlyList<T> selection) =>
        selection.Count == 0 ? throw new EmptySelectionException(Name) : [.. Violations(selection)];
}

/// <summary>A rule was applied to nothing.</summary>
public sealed class EmptySelectionException(string what) : Exception($"'{what}' selects nothing, so it checks nothing.");
