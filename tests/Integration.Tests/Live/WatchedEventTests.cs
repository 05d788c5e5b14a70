using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Live;

/// <summary>What browsers see of all events, whichever replica they are connected to.</summary>
public sealed class WatchedEventTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Every_replica_shows_every_event_and_queues_exist_only_while_a_client_watches()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        await system.StartAsync();
        HostProcess[] replicas = [await system.StartAsync("Order"), await system.StartAsync("Order")];
        await system.StockUpAsync("WATCHED", 50);
        (await WatchQueuesAsync(system)).ShouldBeEmpty();

        using var leave = new CancellationTokenSource();
        List<JsonElement>[] seen = [[], []];
        var watching = Task.WhenAll(replicas.Zip(seen, (replica, list) => CollectAsync(replica, list, leave.Token)));
        await Eventually.Get("a queue per replica", () => WatchQueuesAsync(system), queues => queues.Count == 2);

        var order = await system.PlaceAsync("CUST-APPROVE-1", "WATCHED");
        foreach (var list in seen)
        {
            await Eventually.Get("the whole story of the order", () => Task.FromResult(Counts(list)), counts =>
                counts.GetValueOrDefault("ORDER_CREATED") == 1 && counts.GetValueOrDefault("INVENTORY_COMMITTED") == 1);
            Messages(list).SelectMany(message => message.GetProperty("orders").EnumerateArray())
                .ShouldContain(
                    shown => shown.GetProperty("orderId").GetInt64() == order && shown.GetProperty("status").GetString() == "COMPLETED");
        }

        (await system.GetAsync("Order", "/api/orders/ops/topology")).GetProperty("differences").GetArrayLength().ShouldBe(0);

        await leave.CancelAsync();
        await watching;
        await Eventually.Get("the queues to be gone", () => WatchQueuesAsync(system), queues => queues.Count == 0);
    }

    [Fact]
    public async Task Browsers_get_at_most_four_messages_a_second_and_one_that_does_not_read_delays_no_other()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var process = await system.StartAsync();
        await system.StockUpAsync("FLOOD", 1_000_000);
        using var leave = new CancellationTokenSource();
        var seen = new List<JsonElement>();
        var watching = CollectAsync(process, seen, leave.Token);
        using var deaf = await process.Http.GetAsync(
            new Uri("/api/orders/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await Eventually.Get("a queue", () => WatchQueuesAsync(system), queues => queues.Count == 1);

        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, 500), async (_, _) => await system.PlaceAsync("CUST-APPROVE-1", "FLOOD"));
        await system.AllEndAsync();
        await Eventually.Get(
            "all orders to be shown", () => Task.FromResult(Counts(seen)),
            counts => counts.GetValueOrDefault("INVENTORY_COMMITTED") == 500);

        Messages(seen).Count.ShouldBeLessThanOrEqualTo((int)(clock.Elapsed.TotalSeconds * 4) + 2);
        Messages(seen).ShouldAllBe(message => message.GetProperty("orders").GetArrayLength() <= 20);
        await leave.CancelAsync();
        await watching;
    }

    [Fact]
    public async Task Streams_end_when_their_process_stops()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var process = await system.StartAsync("Order");
        var watching = process.Http.ListenToTheEndAsync("/api/orders/stream");
        await Eventually.Get("a queue", () => WatchQueuesAsync(system), queues => queues.Count == 1);

        var clock = System.Diagnostics.Stopwatch.StartNew();
        (await process.StopAsync()).ShouldBe(0);

        (await watching).ShouldBeEmpty();
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(8));
    }

    private static async Task CollectAsync(HostProcess process, List<JsonElement> seen, CancellationToken ct)
    {
        try
        {
            await foreach (var sent in process.Http.ListenAsync("/api/orders/stream", ct: ct))
            {
                sent.Name.ShouldBe("activity");
                lock (seen) seen.Add(sent.Data);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // It has left.
        }
    }

    private static List<JsonElement> Messages(List<JsonElement> seen)
    {
        lock (seen) return [.. seen];
    }

    private static Dictionary<string, long> Counts(List<JsonElement> seen) => Messages(seen)
        .SelectMany(message => message.GetProperty("counts").EnumerateObject())
        .GroupBy(count => count.Name).ToDictionary(counts => counts.Key, counts => counts.Sum(count => count.Value.GetInt64()));

    private static async Task<IReadOnlyList<string>> WatchQueuesAsync(FulfillmentSystem system) =>
        [.. (await system.Broker.QueueNamesAsync()).Where(queue => queue.StartsWith("order.watch.", StringComparison.Ordinal))];
}
