namespace Fulfillment.Cli;

/// <summary>Prints results.</summary>
internal static class Report
{
    public static void Line(string name, string text) => Console.WriteLine($"{name,-12}{text}");

    /// <summary>Prints the violations, and returns the exit code.</summary>
    public static int Checks(IReadOnlyList<string> violations)
    {
        Line("checks", violations.Count == 0 ? "all hold" : $"{violations.Count} VIOLATED");
        foreach (var violation in violations) Line("", violation);
        return violations.Count == 0 ? 0 : 1;
    }
}
