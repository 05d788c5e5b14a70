using Fulfillment.BuildingBlocks.Operations.Retention;

namespace Fulfillment.Inventory.ImportProducts;

/// <summary>What is removed of imports that have ended. The import and its numbers stay.</summary>
internal static class ImportRetention
{
    public static RetentionRule Errors { get; } = new(
        "rejected rows of imports", options => options.ImportErrors, """
        DELETE FROM import_errors WHERE ctid = ANY (ARRAY(
            SELECT import_errors.ctid FROM import_jobs JOIN import_errors ON import_id = id
            WHERE state IN (3, 5) AND finished_at < now() - $1 LIMIT $2 FOR UPDATE OF import_errors SKIP LOCKED))
        """);
}
