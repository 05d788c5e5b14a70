using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

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

/// <summary>The gauges of one module, at most a second old.</summary>
public sealed class ModuleGauges
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);
    private readonly SingleFlightCache<IReadOnlyDictionary<string, long>> _recent;

    internal ModuleGauges(string module, NpgsqlDataSource database, IReadOnlyList<DatabaseGauge> gauges, TimeProvider time)
    {
        (Module, DatabaseGauges) = (module, gauges);
        _recent = new SingleFlightCache<IReadOnlyDictionary<string, long>>(Age, ct => ReadAsync(database, gauges, ct), time);
    }

    /// <summary>Name of the module.</summary>
    public string Module { get; }

    /// <summary>Its gauges.</summary>
    public IReadOnlyList<DatabaseGauge> DatabaseGauges { get; }

    /// <summary>The numbers by the names of the gauges.</summary>
    public Task<IReadOnlyDictionary<string, long>> GetAsync(CancellationToken ct) => _recent.GetAsync(ct);

    private static async Task<IReadOnlyDictionary<string, long>> ReadAsync(
        NpgsqlDataSource database, IReadOnlyList<DatabaseGauge> gauges, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var gauge in gauges) batch.BatchCommands.Add(new NpgsqlBatchCommand(gauge.Sql));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var numbers = new Dictionary<string, long>();
        foreach (var gauge in gauges) numbers[gauge.Name] = (await reader.ReadAllAsync(row => row.GetInt64(0)))[0];
        return numbers;
    }
}

/// <summary>Registers gauges.</summary>
public static class GaugesSetup
{
    /// <summary>Adds the gauges of a module.</summary>
    public static void AddGauges<TContext>(this IHostApplicationBuilder builder, params IReadOnlyList<DatabaseGauge> gauges)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services =>
        {
            var database = services.GetRequiredService<ModuleDatabase<TContext>>();
            return new ModuleGauges(database.Module, database.Queries, gauges, services.GetRequiredService<TimeProvider>());
        });
    }
}
