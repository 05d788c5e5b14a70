using Fulfillment.Benchmarks.TestEnvironment;
using Fulfillment.Cli.Imports;
using Fulfillment.Cli.Samples;
using Npgsql;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>Checks after the imports: every row is counted once, and the tables equal those that psql fills from the same files.</summary>
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

    /// <summary>The products that exist before any import: those of the later orders, and those of a fresh system.</summary>
    public static async Task<string[]> ProductsAsync(RunningSystem system, CancellationToken ct)
    {
        await using var command = system.Databases["Inventory"].CreateCommand("SELECT array_agg(product_id) FROM inventory_items");
        return (string[])(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Compares the system's tables with the limit's.</summary>
    /// <param name="system">The system.</param>
    /// <param name="limit">The database that psql has filled with the same files.</param>
    /// <param name="tables">The tables that both have.</param>
    /// <param name="totals">Totals of the last file.</param>
    /// <param name="others">Products that come from no file.</param>
    /// <param name="ct">Cancels the comparison.</param>
    public async Task CheckTablesAsync(
        RunningSystem system, LimitDatabase limit, IEnumerable<TableDefinition> tables, SampleTotals totals, string[] others,
        CancellationToken ct)
    {
        var inventory = system.Databases["Inventory"];
        foreach (var table in tables)
        {
            var ours = await TableContents.ReadAsync(inventory, table, others, ct);
            var limits = await TableContents.ReadAsync(limit.Source, table, others, ct);
            Equal($"rows of {table.Name}", ours.Rows, options.Rows);
            if (ours != limits) _violations.Add($"{table.Name} is not what psql has made of the file: {ours} instead of {limits}");
        }

        await using var command = inventory.CreateCommand(
            "SELECT sum(available_quantity) FROM inventory_items WHERE product_id <> ALL ($1)");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = others });
        Equal("pieces in stock", await command.ExecuteScalarAsync(ct) as long? ?? 0, totals.Stock);
    }

    private void Equal(string what, long actual, long expected)
    {
        if (actual != expected) _violations.Add($"{what}: {actual} instead of {expected}");
    }
}
