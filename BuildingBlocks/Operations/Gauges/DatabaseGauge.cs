namespace Fulfillment.Operations.Gauges;

/// <summary>A number that a query of a module's database returns. A module lists its gauges as data.</summary>
/// <param name="Name">Name in JSON.</param>
/// <param name="Metric">Name at <c>/metrics</c>.</param>
/// <param name="Description">Help text of the metric.</param>
/// <param name="Sql">A constant query of one number of type bigint, cheap enough to be asked every few seconds.</param>
public sealed record DatabaseGauge(string Name, string Metric, string Description, string Sql)
{
    /// <summary>Of every module.</summary>
    public static DatabaseGauge DeadLetters { get; } = new(
        "deadLetters", "fulfillment_dead_letters", "Messages that could not be processed and wait for an operator.",
        "SELECT count(*) FROM dead_letters WHERE status = 'OPEN'");

    /// <summary>Of every module that has an outbox.</summary>
    public static DatabaseGauge OutboxPending { get; } = new(
        "outboxPending", "fulfillment_outbox_pending", "Events that are stored and not published yet.",
        "SELECT count(*) FROM outbox_messages");
}

/// <summary>The gauges of one module.</summary>
internal sealed record ModuleGauges(IModuleDatabase Database, IReadOnlyList<DatabaseGauge> Gauges)
{
    /// <summary>The numbers by the names of the gauges.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(CancellationToken ct)
    {
        await using var connection = await Database.Queries.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var gauge in Gauges) batch.BatchCommands.Add(new NpgsqlBatchCommand(gauge.Sql));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var numbers = new Dictionary<string, long>();
        foreach (var gauge in Gauges) numbers[gauge.Name] = (await reader.ReadAllAsync(row => row.GetInt64(0)))[0];
        return numbers;
    }
}
