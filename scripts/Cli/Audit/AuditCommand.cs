using System.Diagnostics;

namespace Fulfillment.Cli.Audit;

/// <summary>Audits a running system and prints the result.</summary>
internal static class AuditCommand
{
    private const int ShownExamples = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Returns 0 when all checks hold, 1 when one is violated, and 2 when a module does not answer or a check did not run.
    /// </summary>
    public static async Task<int> RunAsync(AuditOptions options, CancellationToken ct)
    {
        using var client = new AuditClient(options.Addresses);
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(Pause, ct))
        {
            var over = clock.Elapsed >= options.Wait;
            try
            {
                var checks = await client.CheckAsync(options.OpenSeconds, ct);
                var violated = checks.Count(check => check.Violations > 0);
                if (violated > 0 && !over) continue;
                foreach (var check in checks) Write(check);
                var unsure = checks.Count(check => !IsChecked(check));
                var rest = unsure == 0 ? "" : $", {unsure} not checked";
                Console.WriteLine(
                    violated > 0
                        ? $"{checks.Count} checks, {violated} VIOLATED{rest}"
                        : $"{checks.Count} checks, {(unsure == 0 ? "all hold" : $"no violation{rest}")}");
                return violated > 0 ? 1 : unsure > 0 ? 2 : 0;
            }
            catch (NoAnswerException e) when (over)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 2;
            }
            catch (NoAnswerException e)
            {
                await Console.Error.WriteLineAsync($"{e.Message} Trying again ...");
            }
        }
    }

    private static bool IsChecked(AuditCheck check) => check.NotChecked is null && check.Covered >= 1;

    private static string Result(AuditCheck check) => check switch
    {
        { Violations: > 0 } => $"{check.Violations:N0} VIOLATED",
        { NotChecked: not null } => "not checked",
        _ => IsChecked(check) ? "ok" : $"ok, {check.Covered:0 %} read",
    };

    private static void Write(AuditCheck check)
    {
        Console.WriteLine($"{check.Scope,-13}{check.Name,-25}{Result(check),-15}{check.Compared}");
        if (check.NotChecked is { } reason) Console.WriteLine($"{"",13}{reason}");
        if (check.Violations == 0) return;
        Console.WriteLine($"{"",13}{check.Description}");
        foreach (var example in check.Examples.Take(ShownExamples)) Console.WriteLine($"{"",15}{example.Key}: {example.What}");
        if (check.Violations > ShownExamples) Console.WriteLine($"{"",15}and {check.Violations - ShownExamples:N0} more");
    }
}
