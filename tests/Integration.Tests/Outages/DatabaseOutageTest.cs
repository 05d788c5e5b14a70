using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Outages;

/// <summary>What the tests have in common that make databases unavailable.</summary>
public abstract class DatabaseOutageTest(SharedSystem shared) : SystemTest
{
    // A client that gets no answer within this time is one that hangs.
    private static readonly TimeSpan AFewSeconds = TimeSpan.FromSeconds(10);

    private protected FulfillmentSystem System { get; } = shared.System;

    private protected async Task ShouldBeRefusedSoonAsync(int concurrent, string customer = "CUST-REFUSED")
    {
        await Task.WhenAll(Enumerable.Range(0, concurrent).Select(async _ =>
        {
            var clock = Stopwatch.StartNew();
            using var response = await System.Api("Order").PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf(customer, "NO-STOCK"));
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter.ShouldNotBeNull();
            clock.Elapsed.ShouldBeLessThan(AFewSeconds);
        }));
    }

    private protected async Task<List<long>> PlaceUntilAsync(string product, CancellationToken end)
    {
        var placed = new List<long>();
        while (!end.IsCancellationRequested)
        {
            using var response = await System.Api("Order")
                .PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-APPROVE", product), CancellationToken.None);
            // The outcome is unknown when the server dies during a commit.
            if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) continue;
            response.StatusCode.ShouldBe(HttpStatusCode.Created);
            placed.Add(
                (await response.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None))
                    .GetProperty("orderId").GetInt64());
        }

        return placed;
    }

    private protected async Task AllCompleteAsync(List<long> placed, string product, int stock)
    {
        await System.AllEndAsync();
        (await System.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders WHERE order_id = ANY($1) AND status = 'COMPLETED'", placed.ToArray()))
            .ShouldBe(placed.Count);
        // An order whose answer was lost may be there as well.
        var sold = await System.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders JOIN order_items USING (order_id) WHERE product_id = $1 AND status = 'COMPLETED'", product);
        await System.StockBecomesAsync(product, available: stock - (int)sold, reserved: 0, sold: (int)sold);
        await System.Broker.ShouldHaveNoDeadLettersAsync();
    }
}
