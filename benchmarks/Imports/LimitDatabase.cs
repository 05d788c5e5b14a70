using Fulfillment.Cli;
using Fulfillment.Harness;
using Npgsql;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>
/// The lower limit of an import's duration: a database on the same server, with tables equal to the system's. psql fills it with \copy into
/// an unlogged table and one INSERT per table. It checks nothing, can neither pause nor resume, and fails as a whole.
/// </summary>
internal sealed class LimitDatabase : IAsyncDisposable
{
    private const string Name = "bench_limit";
    private const string Staging = "staging";

    // The file's columns, with the system's names.
    private static readonly string[] FileColumns =
        [
            "catalogue_index", "name", "description", "brand", "category", "price", "currency", "stock", "ean", "color", "size",
            "availability", "internal_id",
        ];

    // Columns of the system that have another name in the file, or no column there.
    private static readonly Dictionary<string, string> Sources = new()
    {
        ["product_id"] = "internal_id", ["product_name"] = "name", ["available_quantity"] = "stock", ["received_quantity"] = "stock",
        ["reserved_quantity"] = "0", ["sold_quantity"] = "0", ["updated_at"] = "now()",
    };

    private readonly string _server;
    private readonly Psql _psql;

    private LimitDatabase(string server, string address) =>
        (_server, Source, _psql) = (server, NpgsqlDataSource.Create(address), new Psql(address));

    public NpgsqlDataSource Source { get; }

    public static async Task<LimitDatabase> CreateAsync(string server, CancellationToken ct)
    {
        await using var administrator = NpgsqlDataSource.Create(server);
        await Databases.ExecuteAsync(administrator, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", ct);
        await Databases.ExecuteAsync(administrator, $"CREATE DATABASE {Name}", ct);
        return new LimitDatabase(server, new NpgsqlConnectionStringBuilder(server) { Database = Name }.ConnectionString);
    }

    /// <summary>Creates the tables again, empty.</summary>
    public async Task ClearAsync(IEnumerable<TableDefinition> tables, CancellationToken ct)
    {
        await Databases.ExecuteAsync(Source, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", ct);
        var columns = string.Join(", ", FileColumns.Select(column => $"{column} text COLLATE \"C\""));
        await Databases.ExecuteAsync(Source, $"CREATE UNLOGGED TABLE {Staging} ({columns})", ct);
        foreach (var table in tables) await Databases.ExecuteAsync(Source, table.Create, ct);
    }

    /// <summary>Loads a file into the tables and returns the duration, without the time to empty the unlogged table.</summary>
    public async Task<TimeSpan> LoadAsync(string file, IEnumerable<TableDefinition> tables, CancellationToken ct)
    {
        await Databases.ExecuteAsync(Source, $"TRUNCATE {Staging}", ct);
        await Housekeeping.BeforeMeasuringAsync(Source.ConnectionString, _server, ct);
        var path = file.Replace("'", "''", StringComparison.Ordinal);
        return await _psql.RunAsync([$@"\copy {Staging} FROM '{path}' WITH (FORMAT csv, HEADER true)", .. tables.Select(Insert)], ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await using var administrator = NpgsqlDataSource.Create(_server);
        await Databases.ExecuteAsync(administrator, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", default);
    }

    // The last row of a key counts, as in the system.
    private static string Insert(TableDefinition table)
    {
        var columns = table.Columns.Where(column => SourceOf(column) is not null).ToList();
        var unknown = table.Columns.FirstOrDefault(column => SourceOf(column) is null && !column.HasDefault);
        if (unknown is not null) throw new CommandException($"No column of the file belongs to {table.Name}.{unknown.Name}.");
        var values = columns.Select(column => column is { Required: true, IsText: true }
            ? $"coalesce({SourceOf(column)}, '')::{column.Type}"
            : $"{SourceOf(column)}::{column.Type}");
        var updates = columns.Skip(1).Select(column => $"{column.Name} = excluded.{column.Name}");
        return $"""
            INSERT INTO {table.Name} ({string.Join(", ", columns.Select(column => column.Name))})
            SELECT DISTINCT ON (internal_id) {string.Join(", ", values)} FROM {Staging} ORDER BY internal_id, {Staging}.ctid DESC
            ON CONFLICT (product_id) DO UPDATE SET {string.Join(", ", updates)}
            """;
    }

    private static string? SourceOf(TableColumn column) =>
        Sources.GetValueOrDefault(column.Name) ?? (FileColumns.Contains(column.Name) ? column.Name : null);
}
