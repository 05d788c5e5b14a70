using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fulfillment.Operations.Gauges;

/// <summary>A number that a query of a module's database tells. A module lists its figures as data.</summary>
/// <param name="Name">Name in JSON.</param>
/// <param name="Metric">Name at <c>/metrics</c>.</param>
/// <param name="Description">What is counted.</param>
/// <param name="Sql">A constant query of one number of type bigint, cheap enough to be asked every few seconds.</param>
public sealed record DatabaseGauge(string Name, string Metric, string Description, string Sql)
{
    /// <summary>Of every module.</summary>
    public static DatabaseGauge DeadLetters { get; } = new(
        "deadLetters", "fulfillment_dead_letters", "Messages that could not be processed and wait for somebody to look at them.",
        "SELECT count(*) FROM dead_letters WHERE status = 0");

    /// <summary>Of every module that has an outbox.</summary>
    public static DatabaseGauge OutboxPending { get; } = new(
        "outboxPending", "fulfillment_outbox_pending", "Events that are stored and not published yet.", "SELECT count(*) FROM outbox_messages");
}

/// <summary>The figures of one module, at most a second old.</summary>
public sealed class ModuleGauges
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);
    private readonly SingleFlightCache<IReadOnlyDictionary<string, long>> _recent;

    internal ModuleGauges(string module, NpgsqlDataSource database, IReadOnlyList<DatabaseGauge> figures, TimeProvider time)
    {
        (Module, DatabaseGauges) = (module, figures);
        _recent = new SingleFlightCache<IReadOnlyDictionary<string, long>>(Age, ct => ReadAsync(database, figures, ct), time);
    }

    /// <summary>Name of the module.</summary>
    public string Module { get; }

    /// <summary>What it counts.</summary>
    public IReadOnlyList<DatabaseGauge> DatabaseGauges { get; }

    /// <summary>The numbers by the names of the figures.</summary>
    public Task<IReadOnlyDictionary<string, long>> GetAsync(CancellationToken ct) => _recent.GetAsync(ct);

    private static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlDataSource database, IReadOnlyList<DatabaseGauge> figures, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var figure in figures) batch.BatchCommands.Add(new NpgsqlBatchCommand(figure.Sql));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var numbers = new Dictionary<string, long>();
        foreach (var figure in figures) numbers[figure.Name] = (await reader.ReadAllAsync(row => row.GetInt64(0)))[0];
        return numbers;
    }
}

/// <summary>Registers figures.</summary>
public static class GaugesSetup
{
    /// <summary>The figures of a module.</summary>
    public static void AddGauges<TContext>(this IHostApplicationBuilder builder, params IReadOnlyList<DatabaseGauge> figures)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services =>
        {
            var database = services.GetRequiredService<ModuleDatabase<TContext>>();
            return new ModuleGauges(database.Module, database.Queries, figures, services.GetRequiredService<TimeProvider>());
        });
    }
}
