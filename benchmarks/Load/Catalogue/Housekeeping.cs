using Fulfillment.Load.Stage;
using Npgsql;

namespace Fulfillment.Load.Catalogue;

/// <summary>What the database would otherwise do for one measurement at the expense of the next.</summary>
internal static class Housekeeping
{
    /// <summary>Clears away dead rows and writes out what is dirty.</summary>
    /// <param name="database">Connection string of the database that is going to work.</param>
    /// <param name="server">The server's administrator.</param>
    /// <param name="ct">Gives it up.</param>
    public static async Task BeforeMeasuringAsync(string database, string server, CancellationToken ct)
    {
        var address = new NpgsqlConnectionStringBuilder(server) { Database = new NpgsqlConnectionStringBuilder(database).Database, CommandTimeout = 0 };
        await using var administrator = NpgsqlDataSource.Create(address.ConnectionString);
        await Databases.ExecuteAsync(administrator, "VACUUM", ct);
        await Databases.ExecuteAsync(administrator, "CHECKPOINT", ct);
    }
}
