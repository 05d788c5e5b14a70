using System.Diagnostics.Metrics;
using Fulfillment.Core;

namespace Fulfillment.Inventory.ImportProducts;

/// <summary>Rows of catalogues that this process has worked on; dry runs are not counted.</summary>
public sealed class ImportMetrics
{
    private readonly Counter<long> _rows;

    public ImportMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _rows = meters.Create(Telemetry.MeterName)
            .CreateCounter<long>("fulfillment_import_rows_total", description: "Rows of imported catalogues.");
        Count(0, 0, 0, 0, 0);
    }

    /// <summary>A chunk is done.</summary>
    public void Count(long inserted, long updated, long unchanged, long superseded, long failed)
    {
        Add("INSERTED", inserted);
        Add("UPDATED", updated);
        Add("UNCHANGED", unchanged);
        Add("SUPERSEDED", superseded);
        Add("FAILED", failed);
    }

    private void Add(string result, long rows) => _rows.Add(rows, new KeyValuePair<string, object?>("result", result));
}
