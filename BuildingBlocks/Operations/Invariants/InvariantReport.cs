namespace Fulfillment.Operations.Invariants;

/// <summary>Result of an audit of a module's database.</summary>
/// <param name="Module">Name of the module.</param>
/// <param name="CheckedAt">When they were checked.</param>
/// <param name="Ok">True when no check found a violation.</param>
/// <param name="Checks">One per invariant, in the order in which the module lists them.</param>
public sealed record InvariantReport(string Module, DateTimeOffset CheckedAt, bool Ok, IReadOnlyList<InvariantCheck> Checks);

/// <summary>One invariant.</summary>
/// <param name="Name">Name of the check.</param>
/// <param name="Description">The sentence that should be true.</param>
/// <param name="Violations">Number of all violations.</param>
/// <param name="Examples">Some of them, at most <see cref="Invariant.MaxExamples"/>.</param>
/// <param name="Covered">
/// Part of the rows that this process has checked, from 0 to 1. A large table is checked in slices: the newest at each audit, and
/// the others in turn. The violations are those of all slices, each as of its last check.
/// </param>
/// <param name="NotChecked">Why this audit could not check it; null when it could.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record InvariantCheck(
    string Name, string Description, long Violations, IReadOnlyList<InvariantViolation> Examples, double Covered,
    string? NotChecked, double Milliseconds);

/// <summary>A violation of an invariant.</summary>
/// <param name="Key">Number of the order, id of the product and so on.</param>
/// <param name="What">Description of the violation, for people.</param>
public sealed record InvariantViolation(string Key, string What);
