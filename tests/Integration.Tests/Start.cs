using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fulfillment.Integration.Tests.Fixture;

namespace Fulfillment.Integration.Tests;

/// <summary>What others see of a process that starts.</summary>
public sealed class Start(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
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

        await Eventually.Get("it to say what is away", host.ReadinessAsync, body => body.Contains("the databases", StringComparison.Ordinal));
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

    // Its database is a port that takes connections and never says anything.
    private HostProcess Launch(TcpListener silent)
    {
        var server = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Timeout=90");
        return _system.Launch("Order", ("ConnectionStrings__Order", $"{server};Database=order_db;Username=orderuser;Password=orderpass"));
    }
}
