using Fulfillment.Harness;
using Npgsql;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>Work that the database would otherwise do for one measurement at the expense of the next.</summary>
internal static class Housekeeping
{
    /// <summary>Vacuums dead rows and writes a checkpoint.</summary>
    /// <param name="database">Connection string of the database of the next measurement.</param>
    /// <param name="server">Connection string of the server's administrator.</param>
    /// <param name="ct">Cancels the work.</param>
    public static async Task BeforeMeasuringAsync(string database, string server, CancellationToken ct)
    {
        var address = new NpgsqlConnectionStringBuilder(server)
        {
            Database = new NpgsqlConnectionStringBuilder(database).Database, CommandTimeout = 0,
        };
        await using var administrator = NpgsqlDataSource.Create(address.ConnectionString);
        await Databases.ExecuteAsync(administrator, "VACUUM", ct);
        await Databases.ExecuteAsync(administrator, "CHECKPOINT", ct);
    }
}
