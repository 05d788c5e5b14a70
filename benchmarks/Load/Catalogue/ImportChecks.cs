using Fulfillment.Load.Stage;
using Npgsql;

namespace Fulfillment.Load.Catalogue;

/// <summary>What must be true after the imports: every row counted once, and the same in the tables as psql makes of the same files.</summary>
internal sealed class ImportChecks(ImportBenchOptions options)
{
    private readonly List<string> _violations = [];

    public IReadOnlyList<string> Violations => _violations;

    public void Check(ImportStep step, Func<ImportView, long> whole)
    {
        var import = step.Import;
        if (!import.Completed) _violations.Add($"{step.Name}: {import.State} {import.StateReason}");
        Equal($"{step.Name}: rows in total", import.TotalRows, options.Rows);
        Equal($"{step.Name}: processed and failed rows", import.DoneRows, options.Rows);
        Equal($"{step.Name}: failed rows", import.FailedRows, 0);
        Equal($"{step.Name}: rows of the one kind that there is", whole(import), options.Rows);
    }

    public async Task CheckTablesAsync(
        RunningSystem system, LimitDatabase limit, IEnumerable<TableDefinition> tables, SampleTotals totals, string ordered, CancellationToken ct)
    {
        var inventory = system.Databases["Inventory"];
        foreach (var table in tables)
        {
            var (ours, limits) = (await TableContents.ReadAsync(inventory, table, ordered, ct), await TableContents.ReadAsync(limit.Source, table, ordered, ct));
            Equal($"rows of {table.Name}", ours.Rows, options.Rows);
            if (ours != limits) _violations.Add($"{table.Name} is not what psql has made of the file: {ours} instead of {limits}");
        }

        await using var command = inventory.CreateCommand("SELECT sum(available_quantity) FROM inventory_items WHERE NOT starts_with(product_id, $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ordered });
        Equal("pieces in stock", await command.ExecuteScalarAsync(ct) as long? ?? 0, totals.Stock);
    }

    private void Equal(string what, long actual, long expected)
    {
        if (actual != expected) _violations.Add($"{what}: {actual} instead of {expected}");
    }
}
