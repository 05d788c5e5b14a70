using Npgsql;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>A column with its SQL type.</summary>
internal sealed record TableColumn(string Name, string Type, bool Required, bool HasDefault)
{
    public bool IsText => Type.StartsWith("character", StringComparison.Ordinal) || Type == "text";
}

/// <summary>The definition of a table, read from the database so that a copy cannot differ from it.</summary>
/// <param name="Create">SQL that creates the same table, with its indexes and constraints.</param>
internal sealed record TableDefinition(string Name, string Create, IReadOnlyList<TableColumn> Columns)
{
    private const string ColumnsSql = """
        SELECT attname, format_type(atttypid, atttypmod), attnotnull, atthasdef OR attidentity <> ''
        FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
        """;

    private const string CreateSql = """
        SELECT format('CREATE TABLE %s (%s%s)%s', $1,
            (SELECT string_agg(concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod), 'COLLATE ' || quote_ident(collname),
                    'DEFAULT ' || pg_get_expr(adbin, adrelid), CASE WHEN attnotnull THEN 'NOT NULL' END), ', ' ORDER BY attnum)
                FROM pg_attribute
                JOIN pg_type ON pg_type.oid = atttypid
                LEFT JOIN pg_collation ON pg_collation.oid = attcollation AND attcollation <> typcollation
                LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped),
            (SELECT string_agg(format(', CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '')
                FROM pg_constraint WHERE conrelid = pg_class.oid AND contype IN ('p', 'u', 'c')),
            ' WITH (' || array_to_string(reloptions, ', ') || ')')
            || coalesce((SELECT string_agg('; ' || pg_get_indexdef(indexrelid), '')
                FROM pg_index WHERE indrelid = pg_class.oid AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)), '')
        FROM pg_class WHERE oid = $1::regclass
        """;

    public static async Task<TableDefinition> ReadAsync(NpgsqlDataSource source, string table, CancellationToken ct)
    {
        await using var create = source.CreateCommand(CreateSql);
        create.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        var sql = (string)(await create.ExecuteScalarAsync(ct))!;

        await using var command = source.CreateCommand(ColumnsSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var columns = new List<TableColumn>();
        while (await reader.ReadAsync(ct))
            columns.Add(new TableColumn(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3)));
        return new TableDefinition(table, sql, columns);
    }
}
