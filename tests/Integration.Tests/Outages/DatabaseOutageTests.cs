using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests.Outages;

/// <summary>PostgreSQL becomes unavailable in several ways and comes back; the processes are not restarted.</summary>
public sealed class DatabaseOutageTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    // A client that gets no answer within this time is one that hangs.
    private static readonly TimeSpan AFewSeconds = TimeSpan.FromSeconds(10);
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Order_is_refused_soon_while_its_database_is_down_and_is_processed_when_it_is_back()
    {
        shared.Servers.SkipUnlessDatabaseIsOurs();
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("DOWN", 100);
        var placed = new List<long>();
        for (var i = 0; i < 20; i++) placed.Add(await _system.PlaceAsync("CUST-APPROVE", "DOWN"));
        await shared.Servers.StopPostgresAsync();
        try
        {
            var readiness = await Eventually.Get(
                "readiness to name the databases", host.ReadinessAsync, body => body.Contains("Order", StringComparison.Ordinal));
            foreach (var module in FulfillmentSystem.Modules) readiness.ShouldContain($"the database of {module}");
            (await host.HealthAsync("ready")).ShouldBe(503);
            (await host.HealthAsync("live")).ShouldBe(200);
            await ShouldBeRefusedSoonAsync(concurrent: 50);
        }
        finally
        {
            await shared.Servers.StartPostgresAsync();
        }

        await host.WaitUntilReadyAsync();
        placed.Add(await _system.PlaceAsync("CUST-APPROVE", "DOWN"));
        await AllCompleteAsync(placed, "DOWN", stock: 100);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_survive_a_crash_of_the_database_under_load()
    {
        shared.Servers.SkipUnlessDatabaseIsOurs();
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("CRASH", 100_000);
        using var end = new CancellationTokenSource();
        var load = PlaceUntilAsync("CRASH", end.Token);
        await Eventually.Get("orders", () => _system.Orders.CountAsync("orders"), count => count > 100);

        await shared.Servers.CrashPostgresAsync();

        await host.WaitUntilReadyAsync();
        // The test's own connections have broken as well.
        var before = await Eventually.Get("the number of orders", () => _system.Orders.CountAsync("orders"), count => count > 0);
        await Eventually.Get("new orders", () => _system.Orders.CountAsync("orders"), count => count > before + 100);
        await end.CancelAsync();
        await AllCompleteAsync(await load, "CRASH", stock: 100_000);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Connections_that_an_administrator_ends_again_and_again_are_replaced()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("ENDED", 100_000);
        using var end = new CancellationTokenSource();
        var load = PlaceUntilAsync("ENDED", end.Token);
        await Eventually.Get("orders", () => _system.Orders.CountAsync("orders"), count => count > 100);

        for (var round = 0; round < 10; round++)
        {
            foreach (var database in new[] { _system.Orders, _system.Inventory, _system.Payments, _system.Notifications })
            {
                await Eventually.Get("the end of its connections", () => database.ScalarAsync<long>(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    + "WHERE datname = current_database() AND application_name <> '' AND pid <> pg_backend_pid()"), _ => true);
            }

            await Task.Delay(100);
        }

        await end.CancelAsync();
        await AllCompleteAsync(await load, "ENDED", stock: 100_000);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Read_only_database_is_waited_for_and_its_connections_are_not_kept()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("READ", 100);
        var role = new NpgsqlConnectionStringBuilder(_system.Orders.ConnectionString).Username!;
        await _system.Orders.ExecuteAsync($"ALTER ROLE {role} SET default_transaction_read_only = on");
        try
        {
            await _system.Orders.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            await ShouldBeRefusedSoonAsync(concurrent: 20);
            (await Eventually.Get("readiness to say so", host.ReadinessAsync, body => body.Contains("read-only", StringComparison.Ordinal)))
                .ShouldContain("Order");
        }
        finally
        {
            await AsAdministratorAsync($"ALTER ROLE {role} RESET default_transaction_read_only");
            _system.Orders.ForgetConnections();
        }

        await host.WaitUntilReadyAsync();
        var placed = await Eventually.Get("an order to be accepted", () => _system.PlaceAsync("CUST-APPROVE", "READ"), id => id > 0);
        (await _system.EndOfAsync(placed)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Server_without_a_free_connection_is_waited_for()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("FULL", 100);
        var role = new NpgsqlConnectionStringBuilder(_system.Orders.ConnectionString).Username!;
        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT 0");
        await AsAdministratorAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
        _system.Orders.ForgetConnections();

        await ShouldBeRefusedSoonAsync(concurrent: 20);
        (await host.HealthAsync("ready")).ShouldBe(503);
        (await host.HealthAsync("live")).ShouldBe(200);

        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT -1");
        await host.WaitUntilReadyAsync();
        var placed = await _system.PlaceAsync("CUST-APPROVE", "FULL");
        (await _system.EndOfAsync(placed)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_wait_while_the_password_of_their_database_is_another_one()
    {
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("PASSWORD", 100);
        var role = new NpgsqlConnectionStringBuilder(_system.Inventory.ConnectionString).Username!;
        await AsAdministratorAsync($"ALTER ROLE {role} PASSWORD 'another'");
        await AsAdministratorAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
        _system.Inventory.ForgetConnections();

        var placed = new List<long>();
        for (var i = 0; i < 10; i++) placed.Add(await _system.PlaceAsync("CUST-APPROVE", "PASSWORD"));
        // Longer than a message takes that is given up.
        await Task.Delay(TimeSpan.FromSeconds(3));
        using var refused = await _system.Api("Inventory")
            .PutAsJsonAsync("/api/inventory/items/NEW", new { productName = "New", availableQuantity = 1 });
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await AsAdministratorAsync($"ALTER ROLE {role} PASSWORD '{role}'");

        await host.WaitUntilReadyAsync();
        await AllCompleteAsync(placed, "PASSWORD", stock: 100);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_are_requeued_while_a_database_is_unavailable_and_each_queue_keeps_its_one_listener()
    {
        await using var host = await _system.StartAsync(settings: ("RabbitMq__RetryFor", "00:00:05"));
        await _system.StockUpAsync("BACK", 100);
        var role = new NpgsqlConnectionStringBuilder(_system.Inventory.ConnectionString).Username!;
        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT 0");
        await AsAdministratorAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
        _system.Inventory.ForgetConnections();

        var placed = new List<long>();
        for (var i = 0; i < 8; i++) placed.Add(await _system.PlaceAsync("CUST-APPROVE", "BACK"));
        await Eventually.Get(
            "each message to go back twice", () => Task.FromResult(host.Output), output => output.Split("goes back after").Length > 2 * 8);

        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT -1");
        await host.WaitUntilReadyAsync();
        await AllCompleteAsync(placed, "BACK", stock: 100);
        await using var channel = await _system.Broker.OpenAsync();
        foreach (var queue in await _system.Broker.QueuesAsync())
            (await channel.ConsumerCountAsync(queue)).ShouldBe(queue == "unrouted-queue" ? 0u : 1u, queue);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Order_whose_row_is_locked_for_long_is_refused_soon_and_not_made_late()
    {
        await using var host = await _system.StartAsync("Order");
        await using var other = new NpgsqlConnection(_system.Orders.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE", other)) await hold.ExecuteNonQueryAsync();

        await ShouldBeRefusedSoonAsync(concurrent: 1, customer: "CUST-FIRST");
        await ShouldBeRefusedSoonAsync(concurrent: 20, customer: "CUST-WAITED");
        await transaction.RollbackAsync();

        await Eventually.Get("an order to be accepted", () => _system.PlaceAsync("CUST-AFTER", "NO-STOCK"), id => id > 0);
        (await _system.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders WHERE customer_id IN ('CUST-FIRST', 'CUST-WAITED')")).ShouldBe(0);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Database_that_takes_connections_and_says_nothing_does_not_make_clients_wait()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = new NpgsqlConnectionStringBuilder(_system.Orders.ConnectionString)
        {
            Host = "127.0.0.1", Port = ((IPEndPoint)silent.LocalEndpoint).Port,
        };
        await using var host = _system.Launch("Order", ("ConnectionStrings__Order", address.ConnectionString));
        await Eventually.Get("/health/live to be 200", () => host.HealthAsync("live"), status => status == 200);

        (await host.ReadinessAsync()).ShouldContain("the database of Order does not answer");
        await ShouldBeRefusedSoonAsync(concurrent: 20);
        (await host.StopAsync()).ShouldBe(0);
    }

    private async Task ShouldBeRefusedSoonAsync(int concurrent, string customer = "CUST-REFUSED")
    {
        await Task.WhenAll(Enumerable.Range(0, concurrent).Select(async _ =>
        {
            var clock = Stopwatch.StartNew();
            using var response = await _system.Api("Order").PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf(customer, "NO-STOCK"));
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter.ShouldNotBeNull();
            clock.Elapsed.ShouldBeLessThan(AFewSeconds);
        }));
    }

    private async Task<List<long>> PlaceUntilAsync(string product, CancellationToken end)
    {
        var placed = new List<long>();
        while (!end.IsCancellationRequested)
        {
            using var response = await _system.Api("Order")
                .PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-APPROVE", product), CancellationToken.None);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) continue;
            response.StatusCode.ShouldBe(HttpStatusCode.Created);
            placed.Add(
                (await response.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(CancellationToken.None))
                    .GetProperty("orderId").GetInt64());
        }

        return placed;
    }

    private async Task AllCompleteAsync(List<long> placed, string product, int stock)
    {
        await _system.AllEndAsync();
        (await _system.Orders.ScalarAsync<long>("SELECT count(*) FROM orders WHERE order_id = ANY($1) AND status = 10", placed.ToArray()))
            .ShouldBe(placed.Count);
        // An order whose answer was lost may be there as well.
        var sold = await _system.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders JOIN order_items USING (order_id) WHERE product_id = $1 AND status = 10", product);
        await _system.StockBecomesAsync(product, available: stock - (int)sold, reserved: 0, sold: (int)sold);
        await _system.Broker.ShouldHaveNoDeadLettersAsync();
    }

    private async Task AsAdministratorAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(shared.Servers.Postgres) { Database = "postgres", Pooling = false });
#pragma warning disable CA2100 // A constant with a name that was made by the fixture.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
