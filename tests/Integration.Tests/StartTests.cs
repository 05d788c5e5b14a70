using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Integration.Tests.Fixture;
using Npgsql;

namespace Integration.Tests;

/// <summary>What others see of a process that starts.</summary>
public sealed class StartTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Process_refuses_connections_until_it_has_looked_for_its_databases()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var host = Launch(silent);

        using (var look = await silent.AcceptTcpClientAsync().WaitAsync(Eventually.Deadline))
            (await host.TakesConnectionsAsync()).ShouldBeFalse("a gateway would wait for it, instead of asking another replica");
        silent.Stop();

        await Eventually.Get(
            "readiness to name the unavailable dependency", host.ReadinessAsync,
            body => body.Contains("the databases", StringComparison.Ordinal));
        (await host.HealthAsync("live")).ShouldBe(200);
    }

    [Fact]
    public async Task Process_that_is_told_to_stop_before_it_listens_ends()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var host = Launch(silent);
        using var look = await silent.AcceptTcpClientAsync().WaitAsync(Eventually.Deadline);

        (await host.StopAsync()).ShouldBe(0, host.Output);
    }

    [Fact]
    public async Task Warming_up_leaves_nothing_behind()
    {
        await using var host = await _system.StartAsync("Order");

        host.Output.ShouldNotContain("Not warmed up");
        foreach (var table in new[] { "orders", "order_items", "order_history", "outbox_messages" })
            (await _system.Orders.CountAsync(table)).ShouldBe(0, table);
        (await _system.Orders.ScalarAsync<bool>("SELECT is_called FROM order_numbers")).ShouldBeFalse("a number was used up");
    }

    [Fact]
    public async Task Process_that_cannot_be_warmed_up_says_so_and_starts_nevertheless()
    {
        await (await _system.StartAsync("Order")).StopAsync();
        await using var source = NpgsqlDataSource.Create(_system.Orders.ConnectionString);
        await using var other = await source.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE", other)) await hold.ExecuteNonQueryAsync();

        await using var host = await _system.StartAsync(
            "Order", ("ConnectionStrings__Order", $"{_system.Orders.ConnectionString};Command Timeout=1"));

        host.Output.ShouldContain("Not warmed up");
    }

    [Fact]
    public async Task Process_that_fails_unexpectedly_while_it_starts_ends_with_an_error()
    {
        await (await _system.StartAsync("Notification")).StopAsync();
        await _system.Notifications.ExecuteAsync(
            """ALTER TABLE "__EFMigrationsHistory" ALTER COLUMN migration_id TYPE int USING hashtext(migration_id)""");

        await using var host = _system.Launch("Notification");

        (await host.WaitForExitAsync()).ShouldBe(1, host.Output);
        host.Output.ShouldContain("cannot start");
    }

    // Its database is a port that takes connections and never says anything.
    private HostProcess Launch(TcpListener silent)
    {
        var server = string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Timeout=90");
        return _system.Launch("Order", ("ConnectionStrings__Order", $"{server};Database=order_db;Username=orderuser;Password=orderpass"));
    }
}
