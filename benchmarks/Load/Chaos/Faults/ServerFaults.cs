using Fulfillment.Load.Chaos.Staging;
using Npgsql;

namespace Fulfillment.Load.Chaos.Faults;

/// <summary>What happens to the broker and to PostgreSQL. Whatever it is, it is over when the task ends.</summary>
internal sealed class ServerFaults(ChaosStage stage, DevServers? servers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private DevServers Servers => servers ?? throw new LoadException("These servers may not be stopped.");

    public IEnumerable<KeyValuePair<string, Func<Fault, CancellationToken, Task>>> Makers =>
    [
        new("broker-pause", (fault, ct) => ThereAndBackAsync("pause-broker", "resume-broker", fault, ct)),
        new("broker-alarm", (fault, ct) => ThereAndBackAsync("fill-broker", "relieve-broker", fault, ct)),
        new("broker-kill", (_, ct) => Servers.RunAsync("kill-broker", ct)),
        new("broker-close", (_, ct) => stage.Broker.CloseConnectionsAsync(ct)),
        new("postgres-crash", (_, ct) => Servers.RunAsync("crash-postgres", ct)),
        new("postgres-terminate", (_, ct) => TerminateSessionsAsync(ct)),
    ];

    private async Task ThereAndBackAsync(string there, string back, Fault fault, CancellationToken ct)
    {
        await Servers.RunAsync(there, ct);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
        }
        finally
        {
            await Servers.RunAsync(back, CancellationToken.None);
        }
    }

    private async Task TerminateSessionsAsync(CancellationToken ct)
    {
        await using var server = NpgsqlDataSource.Create(stage.Databases.Server);
        await using var command = server.CreateCommand("""
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = ANY($1) AND application_name <> 'load' AND pid <> pg_backend_pid()
            """);
        command.CommandTimeout = (int)Patience.TotalSeconds;
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. stage.Databases.ConnectionStrings.Values.Select(address => new NpgsqlConnectionStringBuilder(address).Database!)],
        });
        stage.Log.Say($"{await command.ExecuteScalarAsync(ct)} sessions are terminated");
    }
}
