using System.Diagnostics;

namespace Fulfillment.Load.Audit;

/// <summary>Audits a running system and prints what it has found.</summary>
internal static class AuditCommand
{
    private const int ShownExamples = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Returns 0 when everything is as it must be, 1 when something is not, and 2 when a module does not answer.</summary>
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
                Console.WriteLine(violated == 0 ? $"{checks.Count} checks, all hold" : $"{checks.Count} checks, {violated} VIOLATED");
                return violated == 0 ? 0 : 1;
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

    private static void Write(AuditCheck check)
    {
        Console.WriteLine($"{check.Scope,-13}{check.Name,-25}{(check.Violations == 0 ? "ok" : $"{check.Violations:N0} VIOLATED"),-15}{check.Compared}");
        if (check.Violations == 0) return;
        Console.WriteLine($"{"",13}{check.Description}");
        foreach (var example in check.Examples.Take(ShownExamples)) Console.WriteLine($"{"",15}{example.Key}: {example.What}");
        if (check.Violations > ShownExamples) Console.WriteLine($"{"",15}and {check.Violations - ShownExamples:N0} more");
    }
}
