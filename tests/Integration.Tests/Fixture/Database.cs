using Npgsql;

namespace Integration.Tests.Fixture;

/// <summary>The database of one module, opened as the module's own role.</summary>
internal sealed class Database(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 4 });

    /// <summary>Drops the test's own connections after the server has ended them.</summary>
    public void ForgetConnections() => _source.Clear();

    public string ConnectionString { get; } = connectionString;

    /// <summary>The first column of the first row; the default when there is none.</summary>
    /// <param name="sql">Statement with parameters <c>$1</c> and so on.</param>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync()) values.Add(reader.GetFieldValue<T>(0));
        return values;
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public Task<long> CountAsync(string table) => ScalarAsync<long>($"SELECT count(*) FROM {table}");

    /// <summary>Names of its tables.</summary>
    public Task<IReadOnlyList<string>> TablesAsync() =>
        ListAsync<string>("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");

    /// <summary>Every row of every table, as text.</summary>
    /// <param name="except">A table that is left out.</param>
    public async Task<string> DumpAsync(string? except = null)
    {
        var rows = new List<string>();
        foreach (var table in (await TablesAsync()).Where(table => table != except))
            rows.AddRange(await ListAsync<string>($"SELECT '{table} ' || row_to_json(r)::text AS line FROM \"{table}\" r ORDER BY line"));
        return string.Join('\n', rows);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
#pragma warning disable CA2100 // Constants of the tests; values are parameters.
        var command = _source.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
