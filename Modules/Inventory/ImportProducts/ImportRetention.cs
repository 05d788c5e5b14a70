using Fulfillment.Operations.Retention;

namespace Fulfillment.Inventory.ImportProducts;

/// <summary>Removes the rejected rows of ended imports, and later the imports with their chunks.</summary>
internal static class ImportRetention
{
    public static RetentionRule Errors { get; } = new(
        "rejected rows of imports", options => options.ImportErrors, """
        DELETE FROM import_errors WHERE ctid = ANY (ARRAY(
            SELECT import_errors.ctid FROM import_jobs JOIN import_errors ON import_id = id
            WHERE state IN ('COMPLETED', 'CANCELLED') AND finished_at < now() - $1 LIMIT $2 FOR UPDATE OF import_errors SKIP LOCKED))
        """);

    // One import at a time, because its chunks and rejected rows are deleted with it and may be many.
    public static RetentionRule Imports { get; } = new(
        "imports", options => options.Imports, """
        DELETE FROM import_jobs WHERE id = ANY (ARRAY(
            SELECT id FROM import_jobs WHERE state IN ('COMPLETED', 'CANCELLED') AND finished_at < now() - $1 ORDER BY id LIMIT least($2, 1)
                FOR UPDATE SKIP LOCKED))
        """);
}
