namespace Fulfillment.Cli.Imports;

/// <summary>An import as the API shows it.</summary>
internal sealed record ImportView(
    long ImportId, string State, string? StateReason,
    long TotalRows, long ProcessedRows, long FailedRows, long InsertedRows, long UpdatedRows, long UnchangedRows, long SupersededRows,
    IReadOnlyDictionary<string, long>? ErrorsByCode, double? RowsPerSecond, double? EtaSeconds)
{
    public bool Completed => State == "COMPLETED";

    public bool Ended => Completed || State is "FAILED" or "CANCELLED";

    public long DoneRows => ProcessedRows + FailedRows;

    /// <summary>Errors by code, the most frequent first.</summary>
    public string Errors => string.Join(", ", (ErrorsByCode ?? new Dictionary<string, long>())
        .OrderByDescending(error => error.Value).Select(error => $"{error.Value:N0} {error.Key}"));
}

/// <summary>Settings of an import.</summary>
internal sealed record ImportQuery(string Key, string Duplicates, string Mode, bool DryRun, int? MaxErrors)
{
    public static readonly ImportQuery Default = new("internalId", "last", "upsert", DryRun: false, MaxErrors: null);

    public static ImportQuery Read(Arguments arguments) => new(
        arguments.Choice("--key", "internalId", "ean", "index"), arguments.Choice("--duplicates", "last", "first", "error"),
        arguments.Choice("--mode", "upsert", "insertOnly", "stockOnly"), arguments.Flag("--dry-run"),
        arguments.Text("--max-errors") is { } text ? Arguments.Number("--max-errors", text, least: 0) : null);

    public string ToString(string fileName) =>
        $"?key={Key}&duplicates={Duplicates}&mode={Mode}&dryRun={(DryRun ? "true" : "false")}"
        + (MaxErrors is { } most ? $"&maxErrors={most}" : "") + $"&fileName={Uri.EscapeDataString(fileName)}";
}
