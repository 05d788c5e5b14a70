using System.Runtime.InteropServices;

namespace Fulfillment.Cli.Traffic;

/// <summary>Sends customer traffic to a running system while its parts are restarted: no request may fail.</summary>
internal static class TrafficCommand
{
    private const int ShownFailures = 10;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Returns 0 when no request has failed and every accepted order has ended, else 1. A signal ends the traffic early, not the command.
    /// </summary>
    public static async Task<int> RunAsync(TrafficOptions options)
    {
        using var over = new CancellationTokenSource(options.Duration);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var customers = new Customers(options.Address);
        await customers.StockAsync();
        await customers.ComeAsync(options.OrdersPerSecond, Show, over.Token);
        var open = await customers.FindOpenAsync(Timeout);

        Console.WriteLine($"requests    {customers.Requests:N0} to {options.Address}, {customers.Failures.Count} failed");
        Console.WriteLine($"latency     p50 {customers.Latency(50)}   p99 {customers.Latency(99)}   max {customers.Latency(100)} ms");
        Console.WriteLine($"orders      {customers.Accepted:N0} accepted, {open.Count} not ended");
        foreach (var failure in customers.Failures.Take(ShownFailures)) Console.WriteLine($"            {failure}");
        if (open.Count > 0) Console.WriteLine($"            open: {string.Join(", ", open.Take(ShownFailures))}");
        return customers.Failures.Count + open.Count == 0 ? 0 : 1;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            over.Cancel();
        }

        void Show()
        {
            if (!Console.IsOutputRedirected) Console.Write($"\r{customers.Requests:N0} requests, {customers.Failures.Count} failed   \r");
        }
    }
}
