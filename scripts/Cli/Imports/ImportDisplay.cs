using System.Diagnostics;
using Spectre.Console;

namespace Fulfillment.Cli.Imports;

/// <summary>Shows the progress of an import: bars in a terminal, else a line every two seconds.</summary>
internal abstract class ImportDisplay
{
    public abstract void Sent(long bytes, long all);

    public abstract void Imported(ImportView import);

    public static async Task<T> ShowAsync<T>(Func<ImportDisplay, Task<T>> work) => Console.IsOutputRedirected
        ? await work(new Lines())
        : await AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new PercentageColumn())
            .StartAsync(context => work(new Bars(context)));

    private static string Describe(ImportView import)
    {
        var text = $"{import.DoneRows:N0} of {import.TotalRows:N0} rows";
        if (import.State != "RUNNING") text += $", {import.State}";
        if (import.RowsPerSecond is { } speed) text += $", {speed:N0} rows/s";
        if (import.EtaSeconds is { } left && !import.Ended) text += $", {left:0} s left";
        return import.FailedRows == 0 ? text : $"{text}, failed: {import.Errors}";
    }

    private static string Describe(long bytes, long all) => $"{bytes / 1e6:N1} of {all / 1e6:N1} MB sent";

    private sealed class Bars(ProgressContext context) : ImportDisplay
    {
        private readonly ProgressTask _upload = context.AddTask("upload");
        private ProgressTask? _rows;

        public override void Sent(long bytes, long all) => Show(_upload, bytes, all, Describe(bytes, all));

        public override void Imported(ImportView import) =>
            Show(_rows ??= context.AddTask("import"), import.DoneRows, import.TotalRows, $"import {import.ImportId}: {Describe(import)}");

        private static void Show(ProgressTask task, long done, long all, string text)
        {
            task.Description = Markup.Escape(text);
            task.MaxValue = Math.Max(all, 1);
            task.Value = done;
        }
    }

    private sealed class Lines : ImportDisplay
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        public override void Sent(long bytes, long all) => Write(Describe(bytes, all));

        public override void Imported(ImportView import) => Write($"import {import.ImportId}: {Describe(import)}");

        private void Write(string text)
        {
            if (_clock.Elapsed < Interval) return;
            _clock.Restart();
            Console.WriteLine(text);
        }
    }
}
