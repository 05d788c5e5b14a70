using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli.Audit;
using Npgsql;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>No accepted order is lost, no invariant is violated, and no work is left over after a run.</summary>
internal static class SagaChecks
{
    /// <summary>A sentence for each violation. Stops the system, so that unacknowledged messages show in their queues.</summary>
    /// <param name="system">The system.</param>
    /// <param name="before">Last order before the run.</param>
    /// <param name="accepted">Orders with a 201 response.</param>
    /// <param name="unanswered">Posts without that response; each may have left an order.</param>
    /// <param name="ct">Ends the checks.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(
        RunningSystem system, long before, long[] accepted, int unanswered, CancellationToken ct)
    {
        var violations = new List<string>();
        var ended = await CountAsync(
            system, "SELECT count(*) FROM orders WHERE order_id = ANY($1) AND status >= 'COMPLETED'", accepted, ct);
        if (ended != accepted.Length) violations.Add($"{ended} of {accepted.Length} accepted orders have ended");
        var stored = await CountAsync(system, "SELECT count(*) FROM orders WHERE order_id > $1", before, ct);
        if (stored > accepted.Length + unanswered)
            violations.Add($"{stored} orders are stored, but only {accepted.Length} were accepted");

        var addresses = new AuditAddresses(system["Order"], system["Inventory"], system["Payment"], system["Notification"]);
        using var audit = new AuditClient(addresses);
        foreach (var check in await audit.CheckAsync(openSeconds: 0, ct))
        {
            if (check.NotChecked is { } reason) violations.Add($"{check.Name} was not checked: {reason}");
            else if (check.Covered < 1) violations.Add($"{check.Name} was checked in part only");
            violations.AddRange(check.Examples.Select(example => $"{check.Name}: {example.Key}: {example.What}"));
        }

        await system.StopHostsAsync();
        foreach (var (queue, messages) in await system.Broker.CountMessagesAsync(ct))
            if (messages > 0) violations.Add($"{messages} messages are left in {queue}");
        return violations;
    }

    private static async Task<long> CountAsync<T>(RunningSystem system, string sql, T parameter, CancellationToken ct)
    {
#pragma warning disable CA2100 // The constants of this class.
        await using var command = system.Databases["Order"].CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = parameter });
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
