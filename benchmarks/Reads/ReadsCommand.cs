using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Fulfillment.Benchmarks.Measure;
using Fulfillment.Benchmarks.Saga;
using Fulfillment.Benchmarks.TestEnvironment;
using static Fulfillment.Cli.Report;

namespace Fulfillment.Benchmarks.Reads;

/// <summary>Measures the latency of reads with many orders, and their effect on new orders.</summary>
internal static class ReadsCommand
{
    private const int Repetitions = 5;
    private const int Products = 100;

    private static readonly (string Module, string Path)[] Lists =
    [
        ("Order", "orders"), ("Order", "orders?status=PENDING"), ("Order", "orders?status=CANCELLED"), ("Order", "orders?status=FAILED"),
        ("Order", $"orders?customerId={ManyOrders.LargeCustomer}"),
        ("Order", $"orders?customerId={ManyOrders.LargeCustomer}&status=CANCELLED"),
        ("Order", "orders?customerId=CUST-7919&status=PENDING"), ("Order", "orders?productId=BENCH-17"),
        ("Order", $"orders?productId={ManyOrders.RareProduct}"), ("Order", "orders?productId=NONE"),
        ("Order", "orders?productId=BENCH-17&status=CANCELLED"), ("Order", $"orders?productId={ManyOrders.RareProduct}&status=COMPLETED"),
        ("Order", "orders?productId=BENCH-17&customerId=CUST-7919"),
        ("Order", $"orders?productId=BENCH-17&customerId={ManyOrders.LargeCustomer}&status=CANCELLED"),
        ("Inventory", "inventory/reservations"), ("Inventory", "inventory/reservations?status=ACTIVE"),
        ("Inventory", "inventory/reservations?status=EXPIRED"), ("Inventory", "inventory/reservations?orderId=1000&status=EXPIRED"),
        ("Inventory", "inventory/items"), ("Inventory", "inventory/items?search=17"),
        ("Inventory", "inventory/items?search=nothing"), ("Inventory", "inventory/imports?state=FAILED"),
        ("Payment", "payments"), ("Payment", "payments?status=PENDING"), ("Payment", "payments?status=VOIDED"),
        ("Payment", "payments?orderId=1000"), ("Payment", "payments?orderId=1000&status=REFUNDED"),
        ("Payment", "payments/1001/transactions"), ("Payment", "payments/1001/refunds"),
        ("Notification", "notifications"), ("Notification", "notifications?channel=SMS"), ("Notification", "notifications?orderId=1000"),
        ("Notification", "notifications?orderId=1000&channel=SMS"), ("Order", "orders/ops/dead-letters?status=OPEN"),
        ("Order", "orders/ops/reconciliation?limit=1000"),
    ];

    public static async Task<int> RunAsync(ReadsOptions options, CancellationToken ct)
    {
        await using var system = await RunningSystem.StartAsync(options.Start, ct);
        await system.RestartAsync(
            async () =>
            {
                if (await NewestAsync(system, ct) < options.Orders) await ManyOrders.FillAsync(system.Databases, options.Orders, ct);
            },
            ct);
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 256, UseProxy = false };
        using var http = new HttpClient(handler, disposeHandler: false);
        Line("machine", await Machine.DescribeAsync(system, ct));
        Line("orders", $"{options.Orders:N0}");

        Line("stats", $"first call {await TimeAsync(http, system, "Order", "orders/stats", ct)}");
        var clock = Stopwatch.StartNew();
        while (!await IsCountedAsync(http, system, ct)) await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
        Line("stats", $"all counted after {clock.Elapsed.TotalSeconds:0.0} s");
        await MeasureAsync(http, system, "Order", "orders/stats", pause: TimeSpan.FromSeconds(1.1), ct);
        foreach (var (module, path) in Lists) await MeasureAsync(http, system, module, path, TimeSpan.Zero, ct);
        (string Module, string Prefix)[] modules =
            [("Order", "orders"), ("Inventory", "inventory"), ("Payment", "payments"), ("Notification", "notifications")];
        foreach (var (module, prefix) in modules) await AuditAsync(http, system, module, $"{prefix}/ops/invariants", ct);
        return await BesideReadersAsync(options, system, handler, http, ct);
    }

    private static async Task<long> NewestAsync(RunningSystem system, CancellationToken ct)
    {
        await using var command = system.Databases["Order"].CreateCommand("SELECT coalesce(max(order_id), 0) FROM orders");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<bool> IsCountedAsync(HttpClient http, RunningSystem system, CancellationToken ct)
    {
        using var stats = JsonDocument.Parse(await http.GetStringAsync(new Uri(system["Order"], "api/orders/stats"), ct));
        return stats.RootElement.GetProperty("complete").GetBoolean();
    }

    private static async Task<string> TimeAsync(HttpClient http, RunningSystem system, string module, string path, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        using var answer = await http.GetAsync(new Uri(system[module], $"api/{path}"), ct);
        var size = (await answer.Content.ReadAsByteArrayAsync(ct)).Length;
        return string.Create(
            CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalMilliseconds:0.0} ms ({(int)answer.StatusCode}, {size:N0} bytes)");
    }

    private static async Task MeasureAsync(
        HttpClient http, RunningSystem system, string module, string path, TimeSpan pause, CancellationToken ct)
    {
        var first = await TimeAsync(http, system, module, path, ct);
        var times = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            await Task.Delay(pause, ct);
            var clock = Stopwatch.StartNew();
            using var answer = await http.GetAsync(new Uri(system[module], $"api/{path}"), ct);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Line("", string.Create(CultureInfo.InvariantCulture, $"{path,-75} then median {times[Repetitions / 2],7:0.0} ms, first {first}"));
    }

    private static async Task AuditAsync(HttpClient http, RunningSystem system, string module, string path, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        using var report = JsonDocument.Parse(await http.GetStringAsync(new Uri(system[module], $"api/{path}"), ct));
        Line("audit", $"{path} {clock.Elapsed.TotalMilliseconds:0} ms");
        foreach (var check in report.RootElement.GetProperty("checks").EnumerateArray())
        {
            Line("", $"{check.GetProperty("name").GetString(),-26} {check.GetProperty("violations").GetInt64()} violations, "
                + $"{check.GetProperty("milliseconds").GetDouble():0} ms, "
                + $"covered {check.GetProperty("covered").GetDouble():0.0 %}, {check.GetProperty("notChecked")}");
        }
    }

    private static async Task<int> BesideReadersAsync(
        ReadsOptions options, RunningSystem system, SocketsHttpHandler handler, HttpClient http, CancellationToken ct)
    {
        var mix = new OrderMix(Products, seed: 1);
        await mix.StockAsync(handler, system["Inventory"], ct);
        using var warmup = new OrderLoad(handler, system["Order"], mix.Orders(500, 2), concurrency: 8);
        await warmup.PostAsync(ct);
        using var orders = new SteadyOrders(handler, system["Order"], mix.Orders(5_000, 2), options.OrdersPerSecond);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var answers = new ConcurrentDictionary<int, int>();
        end.CancelAfter(options.Duration);
        var readers = Enumerable.Range(0, options.Readers)
            .Select(reader => Task.Run(() => ReadAsync(reader, http, system, answers, end.Token), ct)).ToArray();
        await orders.PostAsync(end.Token, ct);
        await Task.WhenAll(readers);
        Line("beside", $"{options.Readers} readers: {string.Join(", ", answers.Select(pair => $"{pair.Value:N0} answers of {pair.Key}"))}");
        Line("orders", $"{orders.Count:N0} posted, {orders.Refused} refused, "
            + $"p50 {orders.Latency(50)}   p99 {orders.Latency(99)}   max {orders.Latency(100)} ms");
        return Checks(orders.Refused == 0 ? [] : [$"{orders.Refused} orders were refused"]);
    }

    private static async Task ReadAsync(
        int reader, HttpClient http, RunningSystem system, ConcurrentDictionary<int, int> answers, CancellationToken end)
    {
        for (var i = reader; !end.IsCancellationRequested; i++)
        {
            var (module, path) = Lists[i % Lists.Length];
            try
            {
                using var answer = await http.GetAsync(new Uri(system[module], $"api/{path}"), end);
                answers.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
            {
                if (!end.IsCancellationRequested) answers.AddOrUpdate(0, 1, (_, count) => count + 1);
            }
        }
    }
}
