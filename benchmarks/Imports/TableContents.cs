using Npgsql;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>A comparable summary of a table: tables that differ in any row differ in this, but for an unlikely accident.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Hash">Sum over the hashes of all rows, so that their order does not matter.</param>
internal sealed record TableContents(long Rows, string Hash)
{
    /// <summary>Reads the summary.</summary>
    /// <param name="source">The database.</param>
    /// <param name="table">The table. The time of a row's last change is not part of the summary.</param>
    /// <param name="without">Products to leave out.</param>
    /// <param name="ct">Cancels the read.</param>
    public static async Task<TableContents> ReadAsync(
        NpgsqlDataSource source, TableDefinition table, string[] without, CancellationToken ct)
    {
        var columns = table.Columns.Where(column => column.Name != "updated_at").Select(column => $"coalesce({column.Name}::text, '')");
        var sql = $"""
            SELECT count(*), coalesce(sum(hashtextextended(concat_ws('|', {string.Join(", ", columns)}), 0)), 0)::text
            FROM {table.Name} WHERE product_id <> ALL ($1)
            """;
#pragma warning disable CA2100 // Names from the database's own catalogue.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = without });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new TableContents(reader.GetInt64(0), reader.GetString(1));
    }
}
