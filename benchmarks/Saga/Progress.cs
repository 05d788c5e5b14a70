using System.Diagnostics;

namespace Fulfillment.Benchmarks.Saga;

/// <summary>One line in the terminal with the progress of a run; silent without a terminal.</summary>
internal sealed class Progress(string name, OrderLoad load) : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Show(long ended)
    {
        if (Console.IsOutputRedirected) return;
        Console.Write(
            $"\r{name}: {load.Answered} of {load.Count} posted, {ended} ended, {ended / _clock.Elapsed.TotalSeconds:0} orders/s   ");
    }

    public void Dispose()
    {
        if (!Console.IsOutputRedirected) Console.Write($"\r{new string(' ', 78)}\r");
    }
}
