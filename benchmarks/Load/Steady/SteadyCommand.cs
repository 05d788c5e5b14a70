namespace Fulfillment.Load.Steady;

/// <summary>Customers come all the time while something is done to a running system: not one of their requests may fail, and no order may be lost.</summary>
internal static class SteadyCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns 0 when every request was answered well and every order has ended.</summary>
    /// <param name="options">Who comes.</param>
    /// <param name="stop">Ends the visits early; what has begun is finished.</param>
    public static async Task<int> RunAsync(SteadyOptions options, CancellationToken stop)
    {
        using var customers = new Customers(options.Address);
        await customers.StockUpAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(options.Duration);
        await VisitAsync(customers, options.PerSecond, end.Token);

        var open = await customers.FindOpenAsync();
        for (var deadline = DateTimeOffset.UtcNow + Patience; open > 0 && DateTimeOffset.UtcNow < deadline; open = await customers.FindOpenAsync())
            await Task.Delay(Pause, CancellationToken.None);

        Console.WriteLine(
            $"orders {customers.Accepted}, requests {customers.Requests}, failed {customers.Failed}, open {open}, {customers.Endings}, p50 {customers.Milliseconds(50)} ms, "
            + $"p99 {customers.Milliseconds(99)} ms, slowest {customers.Milliseconds(100)} ms");
        return customers.Failed == 0 && open == 0 ? 0 : 1;
    }

    private static async Task VisitAsync(Customers customers, int perSecond, CancellationToken until)
    {
        var visits = new List<Task>();
        using var clock = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        try
        {
            for (var number = 0; await clock.WaitForNextTickAsync(until); number++) visits.Add(customers.VisitAsync(number));
        }
        catch (OperationCanceledException)
        {
            // Time is up.
        }

        await Task.WhenAll(visits);
    }
}
