using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Integration.Tests.Fixture;
using Fulfillment.Harness.Network;
using Npgsql;

namespace Integration.Tests;

/// <summary>What clients and the broker see of a process that was asked to stop.</summary>
public sealed class GracefulStopTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    // Orchestrators kill what has not ended by then.
    private static readonly TimeSpan Contract = TimeSpan.FromSeconds(30);

    // What the replica holds that stops first.
    private const long ShutdownLock = 0x53746F7070696E67;
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Process_that_stops_is_not_ready_any_more_and_still_answers_with_the_end_of_the_connection()
    {
        await using var host = await _system.StartAsync("Order", ("Shutdown__Delay", "00:00:05"));
        (await AnswerAsync(host, "/api/orders")).ShouldBe((HttpStatusCode.OK, false));

        host.Signal(Signal.Terminate);

        await Eventually.Get(
            "readiness to say that it stops", host.ReadinessAsync, body => body.Contains("stopping", StringComparison.Ordinal));
        (await AnswerAsync(host, "/health/ready")).ShouldBe((HttpStatusCode.ServiceUnavailable, true));
        (await AnswerAsync(host, "/api/orders")).ShouldBe((HttpStatusCode.OK, true));
        (await AnswerAsync(host, "/api/orders/0")).ShouldBe((HttpStatusCode.NotFound, true));
        var placed = await _system.PlaceAsync("CUST-LATE", "NO-STOCK");
        (await host.WaitForExitAsync()).ShouldBe(0);
        (await _system.Orders.ScalarAsync<long>("SELECT count(*) FROM orders WHERE order_id = $1", placed)).ShouldBe(1);
        (await _system.Orders.CountAsync("outbox_messages")).ShouldBe(0, "the relay ends last");
    }

    [Fact]
    public async Task Replicas_that_are_stopped_at_the_same_moment_leave_one_after_the_other()
    {
        (string, string)[] settings = [("Shutdown__FirstDelay", "00:00:00")];
        await using var one = await _system.StartAsync("Order", settings);
        await using var other = await _system.StartAsync("Order", settings);

        foreach (var each in new[] { one, other }) each.Signal(Signal.Terminate);
        await Task.WhenAny(one.WaitForExitAsync(), other.WaitForExitAsync());

        (one.HasExited ^ other.HasExited).ShouldBeTrue("one of them goes first");
        var last = one.HasExited ? other : one;
        (await AnswerAsync(last, "/api/orders")).ShouldBe((HttpStatusCode.OK, true));
        await using var back = await _system.StartAsync("Order", settings);
        (await last.WaitForExitAsync()).ShouldBe(0);
        last.Output.ShouldNotContain(
            "not back yet", customMessage: "it went because the first was back, not because it was tired of waiting");
    }

    [Fact]
    public async Task Request_that_is_in_flight_under_load_gets_its_answer()
    {
        await using var host = await _system.StartAsync();
        await using var blocker = new NpgsqlConnection(Unpooled(_system.Inventory));
        await blocker.OpenAsync();
        await _system.StockUpAsync("SLOW", 10);
        var load = new ConcurrentBag<long>();
        using var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
        var clients = Enumerable.Range(0, 4).Select(_ => LoadAsync(client, load)).ToList();
        await Eventually.True("100 orders", () => load.Count >= 100);
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("SELECT FROM inventory_items WHERE product_id = 'SLOW' FOR UPDATE", blocker))
            await hold.ExecuteNonQueryAsync();
        var slow = host.Http.PostAsJsonAsync("/api/inventory/items/SLOW/adjustments", new { delta = 1, reason = "found" });
        await Eventually.Get(
            "the request to wait for the row", () => _system.Inventory.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"),
            count => count == 1);

        host.Signal(Signal.Terminate);
        await Eventually.True("new connections to be refused", async () => !await host.TakesConnectionsAsync());
        await transaction.CommitAsync();

        using var answer = await slow;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.ConnectionClose.ShouldBe(true);
        (await host.WaitForExitAsync()).ShouldBe(0);
        await Task.WhenAll(clients);
        (await _system.Inventory.ScalarAsync<int>("SELECT available_quantity FROM inventory_items WHERE product_id = 'SLOW'")).ShouldBe(11);
    }

    [Fact]
    public async Task What_was_handled_before_the_stop_is_not_delivered_again()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("HANDLED", 100_000);
        var recorder = await _system.Broker.RecordMessagesAsync();
        var placed = new ConcurrentBag<long>();
        var clients = Enumerable.Range(0, 8).Select(_ => PlaceUntilRefusedAsync(placed)).ToList();
        await Eventually.True("300 orders", () => placed.Count >= 300);

        (await host.StopAsync()).ShouldBe(0);
        await Task.WhenAll(clients);
        await using var next = await _system.StartAsync();
        await _system.AllEndAsync();
        await Eventually.Get("the notifications", () => _system.Notifications.ScalarAsync<long>(
            "SELECT count(DISTINCT order_id) FROM notification_logs WHERE order_id = ANY($1)", placed.ToArray()),
            count => count == placed.Count);
        (await next.StopAsync()).ShouldBe(0);

        // A message that is handled twice is announced twice.
        var messages = recorder.Messages.Where(message => placed.Contains(message.OrderId));
        foreach (var events in messages.GroupBy(message => (message.Properties.Type, message.OrderId)))
            events.Count().ShouldBe(1, events.Key.ToString());
    }

    [Fact]
    public async Task Process_that_waits_for_another_replica_and_for_a_request_ends_in_time()
    {
        await using var host = await _system.StartAsync(settings: ("Shutdown__FirstDelay", "00:00:00"));
        await _system.StockUpAsync("LOCKED", 10);
        await using var replica = new NpgsqlConnection(Unpooled(_system.Orders));
        await replica.OpenAsync();
        await using (var first = new NpgsqlCommand($"SELECT pg_advisory_lock({ShutdownLock})", replica)) await first.ExecuteNonQueryAsync();
        await using var blocker = new NpgsqlConnection(Unpooled(_system.Inventory));
        await blocker.OpenAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("SELECT FROM inventory_items WHERE product_id = 'LOCKED' FOR UPDATE", blocker))
            await hold.ExecuteNonQueryAsync();
        // Again and again, because a statement that waits for ten seconds is given up.
        using var end = new CancellationTokenSource();
        var requests = RequestUntilAsync(host, end.Token);

        var clock = Stopwatch.StartNew();
        host.Signal(Signal.Terminate);
        await host.WaitForExitAsync();
        var took = clock.Elapsed;

        await end.CancelAsync();
        await requests;
        took.ShouldBeLessThan(Contract);
    }

    [Fact]
    public async Task Process_whose_broker_says_nothing_any_more_ends_in_time()
    {
        await using var network = new TcpProxy(_system.Broker.Uri.Host, _system.Broker.Uri.Port);
        var broker = new UriBuilder(_system.Broker.Uri) { Host = "127.0.0.1", Port = network.Port }.Uri;
        await using var host = await _system.StartAsync(settings: ("RabbitMq__Uri", broker.ToString()));
        await _system.PlaceAsync("CUST-SILENT", "NO-STOCK");

        network.NetworkConditions.Hold(TimeSpan.FromMinutes(5));
        var clock = Stopwatch.StartNew();
        await host.StopAsync();

        clock.Elapsed.ShouldBeLessThan(Contract);
    }

    // A pooled connection would keep its locks for the next test, or be broken by the restart of a server.
    private static string Unpooled(Database database) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString;

    private static async Task RequestUntilAsync(HostProcess host, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var answer = await host.Http.PostAsJsonAsync(
                    "/api/inventory/items/LOCKED/adjustments", new { delta = 1, reason = "found" }, end);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private static async Task<(HttpStatusCode Status, bool Closes)> AnswerAsync(HostProcess host, string path)
    {
        using var response = await host.Http.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, response.Headers.ConnectionClose == true);
    }

    private static async Task LoadAsync(HttpClient client, ConcurrentBag<long> placed)
    {
        try
        {
            while (true)
            {
                using var response = await client.PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-LOAD", "NO-STOCK"));
                response.StatusCode.ShouldBe(HttpStatusCode.Created);
                placed.Add(1);
            }
        }
        catch (HttpRequestException e)
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"Refused: {e.Message}");
        }
    }

    private async Task PlaceUntilRefusedAsync(ConcurrentBag<long> placed)
    {
        try
        {
            while (true) placed.Add(await _system.PlaceAsync("CUST-APPROVE", "HANDLED"));
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"Refused: {e.Message}");
        }
    }
}
