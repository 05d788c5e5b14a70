using System.Diagnostics;
using Integration.Tests.Fixture;

namespace Integration.Tests.Outages;

/// <summary>A process is asked to stop while a server that it needs is down.</summary>
[Collection<OutageCollection>]
public sealed class StopDuringOutageTests(StoppableSystem shared) : SystemTest, IClassFixture<StoppableSystem>
{
    // Orchestrators kill what has not ended by then.
    private static readonly TimeSpan Contract = TimeSpan.FromSeconds(30);
    private readonly FulfillmentSystem _system = shared.System;

    [Theory]
    [InlineData("broker")]
    [InlineData("database")]
    public async Task Process_stops_in_time_while_a_dependency_is_down(string dependency)
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        shared.Servers.SkipUnlessDatabaseIsOurs();
        await using var host = await _system.StartAsync();
        await _system.StockUpAsync("DOWN", 1_000);
        for (var i = 0; i < 20; i++) await _system.PlaceAsync("CUST-APPROVE", "DOWN");
        TimeSpan took;
        int exitCode;
        await (dependency == "broker" ? shared.Servers.StopBrokerAsync() : shared.Servers.StopPostgresAsync());
        try
        {
            await Eventually.Get("readiness to notice", () => host.HealthAsync("ready"), status => status == 503);
            var clock = Stopwatch.StartNew();
            exitCode = await host.StopAsync();
            took = clock.Elapsed;
        }
        finally
        {
            await (dependency == "broker" ? shared.Servers.StartBrokerAsync() : shared.Servers.StartPostgresAsync());
        }

        exitCode.ShouldBe(0);
        took.ShouldBeLessThan(Contract);
        host.Output.ShouldNotContain("Still not stopped", customMessage: "it stops by itself, and is not cut off");
        await using var next = await _system.StartAsync();
        await _system.AllEndAsync();
        (await next.StopAsync()).ShouldBe(0);
    }
}
