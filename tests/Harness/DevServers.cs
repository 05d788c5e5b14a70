using System.Diagnostics;

namespace Fulfillment.Harness;

/// <summary>The servers of a <c>./dev</c> set.</summary>
internal sealed class DevServers(string set)
{
    /// <summary>How long a command may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Runs <c>./dev servers COMMAND SET</c> and returns what it printed.</summary>
    /// <exception cref="HarnessException">The command failed or did not end.</exception>
    public async Task<string> RunAsync(string command, CancellationToken ct)
    {
        // The output goes to a file: a pipe would stay open in the started servers.
        var output = Path.GetTempFileName();
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", "exec \"$0\" servers \"$1\" \"$2\" >\"$3\" 2>&1", Path.Combine(Repository.Root, "dev"), command, set, output])
        {
            UseShellExecute = false,
        };
        // With addresses in the environment, ./dev would treat the servers as external ones.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("FULFILLMENT_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        using var dev = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Timeout);
        try
        {
            await dev.WaitForExitAsync(deadline.Token);
            var printed = (await File.ReadAllTextAsync(output, ct)).Trim();
            return dev.ExitCode == 0 ? printed : throw new HarnessException($"./dev servers {command} {set} failed: {printed}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new HarnessException($"./dev servers {command} {set} does not end.");
        }
        finally
        {
            if (!dev.HasExited) dev.Kill(entireProcessTree: true);
            File.Delete(output);
        }
    }
}
