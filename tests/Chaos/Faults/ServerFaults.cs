using System.Diagnostics;
using Fulfillment.Chaos.Customers;
using Fulfillment.Chaos.TestEnvironment;
using Fulfillment.Cli;
using Fulfillment.Harness;
using Npgsql;

namespace Fulfillment.Chaos.Faults;

/// <summary>Faults of the broker and of PostgreSQL. Each fault is over when its task ends.</summary>
internal sealed class ServerFaults(ChaosEnvironment system, LoadGenerator loadGenerator, IdleCheck idleCheck, DevServers? servers)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TopologyTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private DevServers Servers => servers ?? throw new CommandException("These servers may not be stopped.");

    public IEnumerable<KeyValuePair<string, Func<Fault, CancellationToken, Task>>> Makers =>
    [
        new("broker-pause", (fault, ct) => ThereAndBackAsync("pause-broker", "resume-broker", fault, ct)),
        new("broker-alarm", (fault, ct) => ThereAndBackAsync("fill-broker", "relieve-broker", fault, ct)),
        new("broker-kill", (_, ct) => Servers.RunAsync("kill-broker", ct)),
        new("broker-reset", ResetBrokerAsync),
        new("broker-close", (_, ct) => system.Broker.CloseConnectionsAsync(ct)),
        new("postgres-crash", (_, ct) => Servers.RunAsync("crash-postgres", ct)),
        new("postgres-terminate", (_, ct) => TerminateSessionsAsync(Databases.Modules, ct)),
        new("password-rotation", RotatePasswordAsync),
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

    /// <summary>
    /// The broker comes back empty, as after the loss of its disk. Messages in its queues would be lost by definition, so it is stopped
    /// when there are none. Events of orders that are placed meanwhile wait in the outbox.
    /// </summary>
    private async Task ResetBrokerAsync(Fault fault, CancellationToken ct)
    {
        using var messages = await system.TakeMessagesAsync(ct);
        using var processes = await system.TakeProcessesAsync(ct);
        try
        {
            await loadGenerator.PauseAsync(ct);
            if (!await idleCheck.IsIdleAsync(ct)) return; // The run has logged its violation.
            var queues = await QueueNamesAsync(ct);
            await Servers.RunAsync("pause-broker", ct);
            loadGenerator.Resume();
            await Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
            await ResetBrokerAsync(ct);
            await TopologyIsBackAsync(queues, ct);
        }
        finally
        {
            loadGenerator.Resume();
        }
    }

    private async Task ResetBrokerAsync(CancellationToken ct)
    {
        // Unlike the default virtual host, the one of this run is not restored by itself: no process may connect before it has been
        // created.
        foreach (var instance in system.Instances) instance.Broker.NetworkConditions.Refuses = true;
        try
        {
            await Servers.RunAsync("reset-broker", ct);
            await Servers.RunAsync("resume-broker", ct);
            await system.Broker.CreateAsync(ct);
        }
        finally
        {
            foreach (var instance in system.Instances) instance.Broker.NetworkConditions.Clear();
        }
    }

    private async Task TopologyIsBackAsync(IReadOnlyCollection<string> queues, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        for (IEnumerable<string> missing = queues; missing.Any(); missing = queues.Except(await QueueNamesAsync(ct)))
        {
            if (watch.Elapsed > TopologyTimeout)
            {
                system.Log.Violation(
                    $"{TopologyTimeout.TotalSeconds:0} s after the broker lost its definitions "
                    + $"there is no {string.Join(", no ", missing)}");
                return;
            }

            await Task.Delay(PollInterval, ct);
        }

        system.Log.Say($"all queues are back {watch.Elapsed.TotalSeconds:0.0} s after the broker lost its definitions");
    }

    private async Task<IReadOnlyCollection<string>> QueueNamesAsync(CancellationToken ct) =>
        [.. (await system.Broker.QueuesAsync(ct)).Select(queue => queue.Name)];

    /// <summary>
    /// No process of the module starts meanwhile: a process whose password is refused at its start ends, as with any wrong setting.
    /// </summary>
    private async Task RotatePasswordAsync(Fault fault, CancellationToken ct)
    {
        var module = system.Process(fault.Target).Module;
        using var processes = await system.TakeProcessesAsync(ct, module);
        var password = new NpgsqlConnectionStringBuilder(system.Databases.ConnectionStrings[module]).Password!;
        await system.Databases.SetPasswordAsync(module, $"not {password}", ct);
        try
        {
            await TerminateSessionsAsync([module], ct);
            await Task.Delay(TimeSpan.FromSeconds(fault.Size), ct);
        }
        finally
        {
            await system.Databases.SetPasswordAsync(module, password, CancellationToken.None);
        }
    }

    private async Task TerminateSessionsAsync(IEnumerable<string> modules, CancellationToken ct)
    {
        await using var server = NpgsqlDataSource.Create(system.Databases.Server);
        await using var command = server.CreateCommand("""
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = ANY($1) AND application_name <> 'load' AND pid <> pg_backend_pid()
            """);
        command.CommandTimeout = (int)Timeout.TotalSeconds;
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue =
                [.. modules.Select(module => new NpgsqlConnectionStringBuilder(system.Databases.ConnectionStrings[module]).Database!)],
        });
        system.Log.Say($"{await command.ExecuteScalarAsync(ct)} sessions are terminated");
    }
}
