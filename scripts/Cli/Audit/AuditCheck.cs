namespace Fulfillment.Cli.Audit;

/// <summary>Result of one check.</summary>
/// <param name="Scope">A module, or <see cref="AcrossModules"/>.</param>
/// <param name="Name">Name of the check.</param>
/// <param name="Description">The sentence that should be true.</param>
/// <param name="Compared">Description of the compared data, for people.</param>
/// <param name="Violations">Number of all violations.</param>
/// <param name="Examples">All violations of a check across modules, else some of them.</param>
/// <param name="NotChecked">Reason why the check did not run; null when it ran.</param>
/// <param name="Covered">Part of the rows that was checked, from 0 to 1.</param>
internal sealed record AuditCheck(
    string Scope, string Name, string Description, string Compared, long Violations, IReadOnlyList<AuditViolation> Examples,
    string? NotChecked = null, double Covered = 1)
{
    public const string AcrossModules = "across";
}

/// <summary>One violation of a check.</summary>
internal sealed record AuditViolation(string Key, string What);
