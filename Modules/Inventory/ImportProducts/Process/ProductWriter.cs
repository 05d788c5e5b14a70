using System.Text;
using Fulfillment.Core;
using Fulfillment.Inventory.ImportProducts.Csv;
using Fulfillment.Persistence;
using Npgsql;

namespace Fulfillment.Inventory.ImportProducts.Process;

/// <summary>Result of writing the valid rows of a chunk.</summary>
internal sealed record Written(int Inserted, int Updated, int Unchanged);

/// <summary>
/// Writes the valid rows of a chunk to <c>products</c> and <c>inventory_items</c> within an open transaction. New products are appended by
/// binary COPY, the cheapest way into a table. Known products are compared and updated by one statement per table; unchanged rows are not
/// written. Rows are locked in the order of their keys, as in every other writer.
/// </summary>
internal sealed class ProductWriter(
    NpgsqlConnection connection, ImportJob job, CatalogueHeader header, ChunkRows rows, int timeoutSeconds, CancellationToken ct)
{
    private const string ItemColumns =
        "product_id, product_name, available_quantity, reserved_quantity, sold_quantity, received_quantity";

    private const string ProductColumns =
        "product_id, name, description, brand, category, price, currency, ean, color, size, availability, internal_id, catalogue_index";

    // One table per connection, emptied at the end of each transaction. It has no index: it is scanned, and its rows are looked up in the
    // index of the other table.
    private const string Prepare = """
        SET LOCAL enable_seqscan = on;
        CREATE TEMPORARY TABLE IF NOT EXISTS import_rows (
            n int, stock int, product_id text COLLATE "C", name text, description text, brand text, category text, price numeric(19,2),
            currency text, ean text, color text, size text, availability text, internal_id text, catalogue_index text) ON COMMIT DELETE ROWS
        """;

    // The tables may be empty while a statement is planned and hold millions of rows when it runs again, or fill while it runs. So no plan
    // is cached, and keys are looked up in the index, which suits any chunk that is small compared to its table.
    private const string PlanAnew = """
        DISCARD PLANS;
        SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off;
        SET LOCAL client_min_messages = warning
        """;

    // Scalar subqueries cannot become a scan of the whole table, as a join or EXISTS could. Every product has an inventory item, but not
    // every inventory item has a product.
    private const string FindKnown = """
        SELECT n, has_product IS TRUE, has_product IS TRUE OR has_item IS TRUE FROM (
            SELECT n, has_product,
                CASE WHEN has_product THEN true ELSE (SELECT true FROM inventory_items WHERE product_id = id) END AS has_item
            FROM (SELECT id, n::int - 1 AS n, (SELECT true FROM products WHERE product_id = id) AS has_product
                  FROM unnest($1::text[]) WITH ORDINALITY AS wanted (id, n) OFFSET 0) AS described OFFSET 0) AS found
        WHERE has_product OR has_item
        """;

    // Only rows that change are locked, and only rows that this statement locked are updated: a row that was equal to the file may change
    // meanwhile. An update cannot remove stock that active orders reserve, and stock plus sold pieces must fit into their column.
    private const string UpdateStock = """
        WITH locked AS MATERIALIZED (
            SELECT given.n, given.stock, given.name, item.product_id, given.stock < item.reserved_quantity AS too_small,
                given.stock::bigint + item.sold_quantity > $1 AS too_large
            FROM import_rows given JOIN inventory_items item USING (product_id)
            WHERE item.available_quantity + item.reserved_quantity <> given.stock OR item.product_name <> given.name
            ORDER BY item.product_id FOR NO KEY UPDATE OF item),
        updated AS (
            UPDATE inventory_items item SET product_name = coalesce(locked.name, item.product_name), updated_at = now(),
                available_quantity = locked.stock - item.reserved_quantity, received_quantity = locked.stock + item.sold_quantity
            FROM locked WHERE item.product_id = locked.product_id AND NOT too_small AND NOT too_large)
        SELECT n, too_small, too_large FROM locked
        """;

    private const string UpdateProducts = """
        UPDATE products product SET name = given.name, description = given.description, brand = given.brand, category = given.category,
            price = given.price, currency = given.currency, ean = given.ean, color = given.color, size = given.size,
            availability = given.availability, internal_id = given.internal_id, catalogue_index = given.catalogue_index, updated_at = now()
        FROM import_rows given
        WHERE product.product_id = given.product_id
            AND (product.name, product.description, product.brand, product.category, product.price, product.currency, product.ean,
                product.color, product.size, product.availability, product.internal_id, product.catalogue_index)
            IS DISTINCT FROM (given.name, given.description, given.brand, given.category, given.price, given.currency, given.ean,
                given.color, given.size, given.availability, given.internal_id, given.catalogue_index)
        RETURNING given.n
        """;

    private readonly CatalogueColumn _key = CatalogueColumns.Of(job.Key);

    /// <summary>Writes the rows. Those that cannot be written become errors of the chunk.</summary>
    /// <exception cref="ConcurrentWriteException">Another transaction added one of the products at the same time.</exception>
    public async Task<Written> WriteAsync()
    {
        await ExecuteAsync(PlanAnew);
        var known = await FindKnownAsync();
        if (job.Mode == ImportMode.InsertOnly) return new Written(await InsertAsync(known, known.Keys.ToHashSet()), 0, known.Count);

        var rejected = job.Mode == ImportMode.StockOnly ? RejectUnknown(known) : [];
        var updated = await UpdateAsync(known, rejected);
        var inserted = job.Mode == ImportMode.StockOnly ? 0 : await InsertAsync(known, rejected);
        return new Written(inserted, updated, rows.Rows.Count - inserted - updated - rejected.Count);
    }

    /// <summary>Adds the missing products and inventory items of the rows that are not skipped.</summary>
    /// <returns>The number of rows that had neither a product nor an inventory item.</returns>
    private async Task<int> InsertAsync(Dictionary<int, Known> known, HashSet<int> leftOut)
    {
        using var products = new BinaryCopy(rows.Length + (rows.Rows.Count * 64));
        using var items = new BinaryCopy(rows.Rows.Count * 128);
        var inserted = 0;
        for (var n = 0; n < rows.Rows.Count; n++)
        {
            if (leftOut.Contains(n)) continue;
            var row = rows.Rows[n];
            var (hasProduct, hasItem) = known.GetValueOrDefault(n);
            if (!hasProduct) AddProduct(products, row);
            if (!hasItem) AddItem(items, row);
            if (!hasProduct && !hasItem) inserted++;
        }

        try
        {
            await products.SendAsync(connection, $"products ({ProductColumns})", timeoutSeconds, ct);
            await items.SendAsync(connection, $"inventory_items ({ItemColumns})", timeoutSeconds, ct);
            return inserted;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new ConcurrentWriteException("Another transaction added one of these products.");
        }
    }

    /// <summary>Updates the known rows that differ.</summary>
    /// <param name="known">The rows that the database has.</param>
    /// <param name="rejected">Receives the rows whose stock would be too small.</param>
    /// <returns>The number of changed rows, including those whose other half is added afterwards.</returns>
    private async Task<int> UpdateAsync(Dictionary<int, Known> known, HashSet<int> rejected)
    {
        using var given = new BinaryCopy(known.Count == 0 ? 0 : rows.Length + (rows.Rows.Count * 80));
        foreach (var n in known.Keys.Where(n => !rejected.Contains(n)).Order()) AddGiven(given, n, rows.Rows[n]);
        if (given.Rows == 0) return 0;

        await ExecuteAsync(Prepare);
        await given.SendAsync(connection, $"import_rows (n, stock, {ProductColumns})", timeoutSeconds, ct);
        var (changed, refused) = await UpdateStockAsync();
        rejected.UnionWith(refused);
        if (refused.Length > 0)
        {
            await using var drop = Command("DELETE FROM import_rows WHERE n = ANY($1)");
            drop.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = refused });
            await drop.ExecuteNonQueryAsync(ct);
        }

        if (job.Mode == ImportMode.StockOnly) return changed.Count;
        await using (var update = Command(UpdateProducts))
        await using (var reader = await update.ExecuteReaderAsync(ct))
        {
            changed.UnionWith(await reader.ReadAllAsync(row => row.GetInt32(0)));
        }

        changed.UnionWith(known.Where(row => !row.Value.HasProduct && !rejected.Contains(row.Key)).Select(row => row.Key));
        return changed.Count;
    }

    private async Task<(HashSet<int> Changed, int[] Refused)> UpdateStockAsync()
    {
        await using var update = Command(UpdateStock);
        update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = InventoryItem.MaxReceived });
        await using var reader = await update.ExecuteReaderAsync(ct);
        var found = await reader.ReadAllAsync(row => (N: row.GetInt32(0), TooSmall: row.GetBoolean(1), TooLarge: row.GetBoolean(2)));
        foreach (var (n, tooSmall, tooLarge) in found)
        {
            if (tooSmall) Reject(n, CatalogueColumn.Stock, RowErrorCode.StockBelowReserved, "is less than what is reserved for orders");
            else if (tooLarge)
                Reject(
                    n, CatalogueColumn.Stock, RowErrorCode.StockTooLarge,
                    $"is with the pieces that were sold more than {InventoryItem.MaxReceived}");
        }

        return ([.. found.Where(row => !row.TooSmall && !row.TooLarge).Select(row => row.N)],
            [.. found.Where(row => row.TooSmall || row.TooLarge).Select(row => row.N)]);
    }

    private HashSet<int> RejectUnknown(Dictionary<int, Known> known)
    {
        var unknown = Enumerable.Range(0, rows.Rows.Count).Where(n => !known.GetValueOrDefault(n).HasItem).ToHashSet();
        foreach (var n in unknown) Reject(n, _key, RowErrorCode.UnknownProduct, "there is no product with this key");
        return unknown;
    }

    private async Task<Dictionary<int, Known>> FindKnownAsync()
    {
        await using var find = Command(FindKnown);
        find.Parameters.Add(
            new NpgsqlParameter<string[]> { TypedValue = [.. rows.Rows.Select(row => Encoding.UTF8.GetString(rows.Text(row, _key)))] });
        await using var reader = await find.ExecuteReaderAsync(ct);
        return (await reader.ReadAllAsync(row => (N: row.GetInt32(0), Known: new Known(row.GetBoolean(1), row.GetBoolean(2)))))
            .ToDictionary(row => row.N, row => row.Known);
    }

    private void AddGiven(BinaryCopy copy, int n, in CatalogueRow row)
    {
        copy.StartRow(15);
        copy.Integer(n);
        copy.Integer(row.Stock);
        AddDescription(copy, row);
    }

    private void AddProduct(BinaryCopy copy, in CatalogueRow row)
    {
        copy.StartRow(13);
        AddDescription(copy, row);
    }

    // In the order of ProductColumns.
    private void AddDescription(BinaryCopy copy, in CatalogueRow row)
    {
        copy.Text(rows.Text(row, _key));
        copy.Text(rows.Text(row, CatalogueColumn.Name));
        copy.Text(rows.Text(row, CatalogueColumn.Description));
        copy.Text(rows.Text(row, CatalogueColumn.Brand));
        copy.Text(rows.Text(row, CatalogueColumn.Category));
        copy.Money(row.PriceCents);
        copy.Text(rows.Text(row, CatalogueColumn.Currency));
        copy.Text(rows.Text(row, CatalogueColumn.Ean));
        copy.Text(rows.Text(row, CatalogueColumn.Color));
        copy.Text(rows.Text(row, CatalogueColumn.Size));
        copy.Text(rows.Text(row, CatalogueColumn.Availability));
        copy.Text(rows.Text(row, CatalogueColumn.InternalId));
        copy.Text(rows.Text(row, CatalogueColumn.Index));
    }

    private void AddItem(BinaryCopy copy, in CatalogueRow row)
    {
        copy.StartRow(6);
        copy.Text(rows.Text(row, _key));
        copy.Text(rows.Text(row, CatalogueColumn.Name));
        copy.Integer(row.Stock);
        copy.Integer(0);
        copy.Integer(0);
        copy.Integer(row.Stock);
    }

    private void Reject(int n, CatalogueColumn column, RowErrorCode code, string message)
    {
        var row = rows.Rows[n];
        rows.Errors.Add(new RowError(row.Line, header.NameOf(column), code, message, ChunkParser.Kept(rows.Record(row))));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private NpgsqlCommand Command(string sql)
    {
#pragma warning disable CA2100 // The constants of this class.
        return new NpgsqlCommand(sql, connection) { CommandTimeout = timeoutSeconds };
#pragma warning restore CA2100
    }

    /// <summary>The parts of a row that the database has.</summary>
    private readonly record struct Known(bool HasProduct, bool HasItem);
}
