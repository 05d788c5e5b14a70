using Fulfillment.Core;
using Fulfillment.Persistence;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fulfillment.Payment.Simulate;

/// <summary>Keeps the settings of the simulated gateway in the database, so that all replicas follow a change within a second.</summary>
public sealed class Simulator
{
    private static readonly TimeSpan Age = TimeSpan.FromMilliseconds(500);

    private const string Select = "SELECT success_rate, latency_min_ms, latency_max_ms, seed FROM simulator";

    private const string Upsert = """
        INSERT INTO simulator (id, success_rate, latency_min_ms, latency_max_ms, seed, updated_at) VALUES (1, $1, $2, $3, $4, now())
        ON CONFLICT (id) DO UPDATE SET success_rate = excluded.success_rate, latency_min_ms = excluded.latency_min_ms,
            latency_max_ms = excluded.latency_max_ms, seed = excluded.seed, updated_at = excluded.updated_at
        """;

    private readonly ModuleDatabase<PaymentDbContext> _database;
    private readonly SingleFlightCache<SimulatorSettings> _recent;

    public Simulator(ModuleDatabase<PaymentDbContext> database, IOptions<SimulatorOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        var initial = new SimulatorSettings(options.Value.SuccessRate, new LatencyRange(0, 0), options.Value.Seed);
        _recent = new SingleFlightCache<SimulatorSettings>(Age, async ct => await ReadAsync(ct) ?? initial, time);
    }

    /// <summary>The settings, at most half a second old.</summary>
    public Task<SimulatorSettings> GetAsync(CancellationToken ct) => _recent.GetAsync(ct);

    /// <summary>Changes the settings; this process applies them at once.</summary>
    public async Task SetAsync(SimulatorSettings settings, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(settings);
        await using var connection = await _database.Source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var batch = new NpgsqlBatch(connection)
            .Add(Upsert, settings.SuccessRate, settings.LatencyMs.Min, settings.LatencyMs.Max, settings.Seed);
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitKnownAsync();
        _recent.Invalidate();
    }

    private async Task<SimulatorSettings?> ReadAsync(CancellationToken ct)
    {
        await using var command = _database.Source.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new SimulatorSettings(reader.GetDouble(0), new LatencyRange(reader.GetInt32(1), reader.GetInt32(2)), reader.GetInt32(3))
            : null;
    }
}
