using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests.Outages;

/// <summary>PostgreSQL becomes unavailable in several ways and comes back; the processes are not restarted.</summary>
public sealed class DatabaseOutageTests(NothingStarted shared) : DatabaseOutageTest(shared), IClassFixture<NothingStarted>
{
    [Fact]
    public async Task Connections_that_an_administrator_ends_again_and_again_are_replaced()
    {
        await using var host = await System.StartAsync();
        await System.StockUpAsync("ENDED", 100_000);
        using var end = new CancellationTokenSource();
        var load = PlaceUntilAsync("ENDED", end.Token);
        await Eventually.Get("orders", () => System.Orders.CountAsync("orders"), count => count > 100);

        for (var round = 0; round < 10; round++)
        {
            foreach (var database in new[] { System.Orders, System.Inventory, System.Payments, System.Notifications })
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
        await using var host = await System.StartAsync();
        await System.StockUpAsync("READ", 100);
        var role = new NpgsqlConnectionStringBuilder(System.Orders.ConnectionString).Username!;
        await System.Orders.ExecuteAsync($"ALTER ROLE {role} SET default_transaction_read_only = on");
        try
        {
            await System.Orders.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            await ShouldBeRefusedSoonAsync(concurrent: 20);
            (await Eventually.Get("readiness to say so", host.ReadinessAsync, body => body.Contains("read-only", StringComparison.Ordinal)))
                .ShouldContain("Order");
        }
        finally
        {
            await AsAdministratorAsync($"ALTER ROLE {role} RESET default_transaction_read_only");
            System.Orders.ForgetConnections();
        }

        await host.WaitUntilReadyAsync();
        var placed = await Eventually.Get("an order to be accepted", () => System.PlaceAsync("CUST-APPROVE", "READ"), id => id > 0);
        (await System.EndOfAsync(placed)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Server_without_a_free_connection_is_waited_for()
    {
        await using var host = await System.StartAsync();
        await System.StockUpAsync("FULL", 100);
        var role = new NpgsqlConnectionStringBuilder(System.Orders.ConnectionString).Username!;
        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT 0");
        await AsAdministratorAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
        System.Orders.ForgetConnections();

        await ShouldBeRefusedSoonAsync(concurrent: 20);
        (await host.HealthAsync("ready")).ShouldBe(503);
        (await host.HealthAsync("live")).ShouldBe(200);

        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT -1");
        await host.WaitUntilReadyAsync();
        var placed = await System.PlaceAsync("CUST-APPROVE", "FULL");
        (await System.EndOfAsync(placed)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_wait_while_the_password_of_their_database_is_another_one()
    {
        await using var host = await System.StartAsync();
        await System.StockUpAsync("PASSWORD", 100);
        var role = new NpgsqlConnectionStringBuilder(System.Inventory.ConnectionString).Username!;
        await AsAdministratorAsync($"ALTER ROLE {role} PASSWORD 'another'");
        await AsAdministratorAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
        System.Inventory.ForgetConnections();

        var placed = new List<long>();
        for (var i = 0; i < 10; i++) placed.Add(await System.PlaceAsync("CUST-APPROVE", "PASSWORD"));
        // Longer than a message takes that is given up.
        await Task.Delay(TimeSpan.FromSeconds(3));
        using var refused = await System.Api("Inventory")
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
        await using var host = await System.StartAsync(settings: ("RabbitMq__RetryFor", "00:00:05"));
        await System.StockUpAsync("BACK", 100);
        var role = new NpgsqlConnectionStringBuilder(System.Inventory.ConnectionString).Username!;
        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT 0");
        await AsAdministratorAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
        System.Inventory.ForgetConnections();

        var placed = new List<long>();
        for (var i = 0; i < 8; i++) placed.Add(await System.PlaceAsync("CUST-APPROVE", "BACK"));
        await Eventually.Get(
            "each message to go back twice", () => Task.FromResult(host.Output), output => output.Split("goes back after").Length > 2 * 8);

        await AsAdministratorAsync($"ALTER ROLE {role} CONNECTION LIMIT -1");
        await host.WaitUntilReadyAsync();
        await AllCompleteAsync(placed, "BACK", stock: 100);
        await using var channel = await System.Broker.OpenAsync();
        foreach (var queue in await System.Broker.QueueNamesAsync())
            (await channel.ConsumerCountAsync(queue)).ShouldBe(queue == "unrouted-queue" ? 0u : 1u, queue);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Order_whose_row_is_locked_for_long_is_refused_soon_and_not_made_late()
    {
        await using var host = await System.StartAsync("Order");
        await using var other = new NpgsqlConnection(System.Orders.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE", other)) await hold.ExecuteNonQueryAsync();

        await ShouldBeRefusedSoonAsync(concurrent: 1, customer: "CUST-FIRST");
        await ShouldBeRefusedSoonAsync(concurrent: 20, customer: "CUST-WAITED");
        await transaction.RollbackAsync();

        await Eventually.Get("an order to be accepted", () => System.PlaceAsync("CUST-AFTER", "NO-STOCK"), id => id > 0);
        (await System.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM orders WHERE customer_id IN ('CUST-FIRST', 'CUST-WAITED')")).ShouldBe(0);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Database_that_takes_connections_and_says_nothing_does_not_make_clients_wait()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = new NpgsqlConnectionStringBuilder(System.Orders.ConnectionString)
        {
            Host = "127.0.0.1", Port = ((IPEndPoint)silent.LocalEndpoint).Port,
        };
        await using var host = System.Launch("Order", ("ConnectionStrings__Order", address.ConnectionString));
        await Eventually.Get("/health/live to be 200", () => host.HealthAsync("live"), status => status == 200);

        (await host.ReadinessAsync()).ShouldContain("the database of Order does not answer");
        await ShouldBeRefusedSoonAsync(concurrent: 20);
        (await host.StopAsync()).ShouldBe(0);
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
