using System.Diagnostics;
using System.Text;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>
/// The fault program behind <c>./dev chaos</c>, for as long as a test may take. Nothing else runs on its servers meanwhile.
/// </summary>
[Collection<OutageCollection>]
public sealed class ChaosTests(StoppableServers servers)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task Nothing_is_lost_and_nothing_is_doubled_when_everything_fails_once()
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Program("Chaos"), "--seconds", "30", "--once"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
        };
        var databases = start.Environment.Keys.Where(name => name.StartsWith("ConnectionStrings__", StringComparison.Ordinal));
        foreach (var name in databases.ToList()) start.Environment.Remove(name);
        start.Environment["FULFILLMENT_POSTGRES"] = servers.Postgres;
        start.Environment["FULFILLMENT_RABBITMQ"] = servers.Amqp.ToString();
        start.Environment["FULFILLMENT_RABBITMQ_MANAGEMENT"] = servers.Management.ToString();
        // Without a set the faults are left out that stop or start a server.
        if (servers.Set is { } set) start.Environment["FULFILLMENT_SERVER_SET"] = set;
        else start.Environment.Remove("FULFILLMENT_SERVER_SET");

        using var program = Process.Start(start)!;
        var (output, errors) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await EndAsync(program);

        var report = await output + await errors;
        TestContext.Current.TestOutputHelper!.WriteLine(report);
        program.ExitCode.ShouldBe(0, report);
        report.ShouldContain("all hold");
    }

    private static async Task EndAsync(Process program)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        try
        {
            await program.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // It stops what it has started when it is asked to end; when it is killed it cannot.
            SignalSender.Send(program.Id, Signal.Terminate);
            if (!program.WaitForExit(TimeSpan.FromMinutes(1))) program.Kill(entireProcessTree: true);
        }
    }
}
