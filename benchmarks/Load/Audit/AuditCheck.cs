namespace Fulfillment.Load.Audit;

/// <summary>One thing that was checked.</summary>
/// <param name="Scope">A module, or <see cref="AcrossModules"/>.</param>
/// <param name="Name">Name of the check.</param>
/// <param name="Description">The sentence that should be true.</param>
/// <param name="Compared">What was looked at, for people.</param>
/// <param name="Violations">Number of all violations.</param>
/// <param name="Examples">All of them when the check is one across modules, else some.</param>
/// <param name="NotChecked">Why it could not be checked; null when it could.</param>
/// <param name="Covered">Part of the rows that was checked, from 0 to 1.</param>
internal sealed record AuditCheck(
    string Scope, string Name, string Description, string Compared, long Violations, IReadOnlyList<AuditViolation> Examples, string? NotChecked = null, double Covered = 1)
{
    public const string AcrossModules = "across";
}

/// <summary>Something that should not be.</summary>
internal sealed record AuditViolation(string Key, string What);
