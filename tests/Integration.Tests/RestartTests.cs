using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>Processes whose listeners are lost for good, and that restart within the same process.</summary>
public sealed class RestartTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const string Restarting = ": restarting";
    private const int SessionsOfProcess = 25;
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Replicas_that_lose_their_listeners_together_do_not_leave_http_together()
    {
        await (await _system.StartAsync()).StopAsync(); // declares the topology
        var user = await _system.Broker.AddUserAsync("reader", ".*", ".*", ".*");
        (string, string)[] settings =
        [
            ("RabbitMq__Uri", user.AbsoluteUri), ("RabbitMq__DeclareTopology", "false"), ("Shutdown__FirstDelay", "00:00:00"),
        ];
        await using var one = await _system.StartAsync("Order", settings);
        await using var other = await _system.StartAsync("Order", settings);

        await _system.Broker.AddUserAsync("reader", ".*", ".*", "^$");
        await Eventually.Get("their connections to be closed", () => _system.Broker.CloseConnectionsAsync(), count => count >= 2);
        var unanswered = 0;
        // Each round of the first replica ends with listeners that cannot be started.
        await Eventually.True("a replica to restart several times", async () =>
        {
            var (first, second) = (await one.TakesConnectionsAsync(), await other.TakesConnectionsAsync());
            if (!first && !second && !await one.TakesConnectionsAsync()) unanswered++;
            return Math.Max(Times(one), Times(other)) >= 3;
        });

        unanswered.ShouldBe(0, "one of them answers HTTP at any time");
        Math.Min(Times(one), Times(other)).ShouldBe(0, "one of them waits for the other to become ready");
        await _system.Broker.AddUserAsync("reader", ".*", ".*", ".*");
        await one.WaitUntilReadyAsync();
        await other.WaitUntilReadyAsync();
        (await _system.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'Order'"))
            .ShouldBeLessThanOrEqualTo(2 * SessionsOfProcess, "the sessions of hosts that have ended are closed");
        (await _system.Orders.ScalarAsync<long>(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON database = pg_database.oid "
            + "WHERE locktype = 'advisory' AND datname = current_database()"))
            .ShouldBe(0, "no turn is left behind");
        (await Task.WhenAll(one.StopAsync(), other.StopAsync())).ShouldAllBe(code => code == 0);
    }

    private static int Times(HostProcess host) => host.Output.Split(Restarting).Length - 1;
}
