using System.Collections.Concurrent;
using System.Net.Sockets;
using Integration.Tests.Fixture;

namespace Integration.Tests;

public sealed class ShutdownTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const int Stock = 100_000;
    private readonly FulfillmentSystem _system = shared.System;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Process_that_ends_under_load_loses_no_accepted_order(bool killed)
    {
        var product = $"LOAD-{killed}";
        await using var stopping = await _system.StartAsync();
        await _system.StockUpAsync(product, Stock);
        var accepted = new ConcurrentBag<long>();
        var clients = Enumerable.Range(0, 8)
            .Select(n => PlaceUntilRefusedAsync(n % 4 == 0 ? "CUST-DECLINE" : "CUST-APPROVE", product, accepted)).ToList();
        await Eventually.True("300 accepted orders", () => accepted.Count >= 300);

        var exitCode = killed ? await stopping.KillAsync() : await stopping.StopAsync();
        await Task.WhenAll(clients);

        exitCode.ShouldBe(killed ? 137 : 0);
        await using var next = await _system.StartAsync();
        await _system.AllEndAsync();
        var ended = await _system.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders WHERE order_id = ANY($1) AND status IN ('COMPLETED', 'FAILED')", accepted.ToArray());
        ended.ShouldBe(accepted.Count);
        var sold = await _system.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders JOIN order_items USING (order_id) WHERE product_id = $1 AND status = 'COMPLETED'", product);
        await _system.StockBecomesAsync(product, available: Stock - (int)sold, reserved: 0, sold: (int)sold);
        (await next.StopAsync()).ShouldBe(0);
        foreach (var queue in await _system.Broker.QueueNamesAsync()) (await _system.Broker.WaitingAsync(queue)).ShouldBe(0u, queue);
    }

    private async Task PlaceUntilRefusedAsync(string customer, string product, ConcurrentBag<long> accepted)
    {
        try
        {
            while (true) accepted.Add(await _system.PlaceAsync(customer, product));
        }
        catch (Exception e) when (
            e is HttpRequestException or SocketException or IOException or InvalidOperationException or ShouldAssertException)
        {
            // The process is gone, or says that it is going.
            TestContext.Current.TestOutputHelper!.WriteLine($"Refused: {e.Message}");
        }
    }
}
