using Microsoft.EntityFrameworkCore.Migrations;

namespace Fulfillment.Persistence;

/// <summary>Indexes on tables that may be large, made while rows are written.</summary>
public static class ConcurrentIndexes
{
    /// <summary>
    /// Creates an index outside of a transaction, without blocking writes. An invalid index of a failed attempt is dropped first,
    /// so that the migration can be repeated.
    /// </summary>
    /// <param name="migration">The migration.</param>
    /// <param name="name">Name of the index.</param>
    /// <param name="definition">Text after <c>ON</c>: table, columns and condition. A constant.</param>
    public static void CreateIndexConcurrently(this MigrationBuilder migration, string name, string definition)
    {
        migration.Sql(
            $"""
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('{name}') AND NOT indisvalid) THEN DROP INDEX {name}; END IF;
            END $$
            """,
            suppressTransaction: true);
        Outside(migration, $"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {definition}");
    }

    /// <summary>Drops an index outside of a transaction, without blocking reads or writes.</summary>
    public static void DropIndexConcurrently(this MigrationBuilder migration, string name) =>
        Outside(migration, $"DROP INDEX CONCURRENTLY IF EXISTS {name}");

    // These wait for running transactions without making others wait, so they need no timeout; a timeout would throw their work away.
    private static void Outside(MigrationBuilder migration, string sql)
    {
        migration.Sql("SET lock_timeout = 0", suppressTransaction: true);
        migration.Sql(sql, suppressTransaction: true);
        migration.Sql($"SET lock_timeout = '{Migrator.LockTimeout}'", suppressTransaction: true);
    }
}
