using System.Diagnostics;

namespace Fulfillment.Cli.Imports;

/// <summary>Imports a file into a running system and waits for the outcome.</summary>
internal static class ImportFileCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns 0 when every row was imported, 2 when some failed, and 1 when the import did not come to its end.</summary>
    public static async Task<int> RunAsync(ImportFileOptions options, CancellationToken ct)
    {
        using var client = new ImportClient(options.Address);
        var (clock, size) = (Stopwatch.StartNew(), new FileInfo(options.File).Length);
        ImportView? import = null;
        try
        {
            import = await ImportDisplay.ShowAsync(async display =>
            {
                import = await client.UploadAsync(options.File, options.Query, bytes => display.Sent(bytes, size), ct);
                return await client.FollowAsync(import, Interval, display.Imported, ct);
            });
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested && import is not null)
        {
            Console.WriteLine(
                $"Import {import.ImportId} continues without this program; "
                + $"{new Uri(options.Address, $"api/inventory/imports/{import.ImportId}")} shows its progress.");
            return 1;
        }

        Summarize(import, clock.Elapsed);
        if (import.FailedRows > 0) await KeepErrorsAsync(client, import, options, ct);
        return (import.Completed, import.FailedRows) switch { (true, 0) => 0, (true, _) => 2, _ => 1 };
    }

    private static void Summarize(ImportView import, TimeSpan time)
    {
        Report.Line($"import {import.ImportId}", import.StateReason is { } reason ? $"{import.State}: {reason}" : import.State);
        Report.Line("inserted", $"{import.InsertedRows:N0}");
        Report.Line("updated", $"{import.UpdatedRows:N0}");
        Report.Line("unchanged", $"{import.UnchangedRows:N0}");
        Report.Line("superseded", $"{import.SupersededRows:N0}");
        Report.Line("failed", import.FailedRows == 0 ? "0" : $"{import.FailedRows:N0}: {import.Errors}");
        Report.Line("time", $"{time.TotalSeconds:0.0} s, {import.DoneRows / time.TotalSeconds:N0} rows/s");
    }

    private static async Task KeepErrorsAsync(ImportClient client, ImportView import, ImportFileOptions options, CancellationToken ct)
    {
        if (options.Errors is not { } path)
        {
            Report.Line("errors", client.ErrorsFile(import).ToString());
            return;
        }

        await client.DownloadErrorsAsync(import, path, ct);
        Report.Line("errors", $"saved to {path}");
    }
}
