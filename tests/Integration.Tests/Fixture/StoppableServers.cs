using Npgsql;
using RabbitMQ.Client;

namespace Integration.Tests.Fixture;

/// <summary>A second pair of servers, which the tests of outages stop, crash and fill, one test after the other.</summary>
public sealed class StoppableServers() : Servers("outage")
{
    /// <summary>Skips the test that is running unless the broker may be stopped.</summary>
    public void SkipUnlessBrokerIsOurs() => Assert.SkipUnless(
        ArePrivate || BrokerContainer is not null, "FULFILLMENT_RABBITMQ names a shared broker, which the tests do not restart");

    public Task StopBrokerAsync() => BrokerContainer?.StopAsync() ?? Dev("stop-broker");

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartBrokerAsync()
    {
        await (BrokerContainer?.StartAsync() ?? Dev("start-broker"));
        await Eventually.True("the broker to take connections", async () =>
        {
            await using var connection = await new ConnectionFactory { Uri = Amqp }.CreateConnectionAsync();
            return connection.IsOpen;
        });
    }

    public async Task RestartBrokerAsync()
    {
        await StopBrokerAsync();
        await StartBrokerAsync();
    }

    /// <summary>Skips the test that is running unless the database server may be restarted.</summary>
    public void SkipUnlessDatabaseIsOurs() => Assert.SkipUnless(
        ArePrivate || DatabaseContainer is not null, "FULFILLMENT_POSTGRES names a shared server, which the tests do not restart");

    /// <summary>Makes the broker refuse what is published, because it has no memory left.</summary>
    public Task FillBrokerAsync() => MemoryOfBrokerAsync("fill-broker", "0.00001");

    /// <summary>Gives the broker its memory back.</summary>
    public Task RelieveBrokerAsync() => MemoryOfBrokerAsync("relieve-broker", "0.4");

    public Task StopPostgresAsync() => DatabaseContainer?.StopAsync() ?? Dev("stop-postgres");

    public async Task RestartPostgresAsync()
    {
        await StopPostgresAsync();
        await StartPostgresAsync();
    }

    /// <summary>Ends PostgreSQL without a shutdown, so that it recovers from its log, and starts it again.</summary>
    public async Task CrashPostgresAsync()
    {
        if (DatabaseContainer is null) await Dev("crash-postgres");
        else await DatabaseContainer.ExecAsync(["sh", "-c", "kill -QUIT 1"]);
        await StartPostgresAsync();
    }

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartPostgresAsync()
    {
        await (DatabaseContainer?.StartAsync() ?? Dev("start-postgres"));
        await Eventually.True("PostgreSQL to take connections", async () =>
        {
            await using var source = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(Postgres) { Database = "postgres", Pooling = false });
            await using var connection = await source.OpenConnectionAsync();
            return true;
        });
    }

    private Task MemoryOfBrokerAsync(string command, string fraction) => BrokerContainer is null
        ? Dev(command)
        : BrokerContainer.ExecAsync(["rabbitmqctl", "set_vm_memory_high_watermark", fraction]);
}

/// <summary>The classes that stop servers; everything else runs beside them.</summary>
[CollectionDefinition]
public sealed class OutageCollection : ICollectionFixture<StoppableServers>;

/// <summary>Virtual host and databases on servers that can be stopped; the tests start the processes.</summary>
public sealed class StoppableSystem(StoppableServers servers) : SharedSystem(servers)
{
    public StoppableServers Servers { get; } = servers;

    internal override Task StartAsync(FulfillmentSystem system) => Task.CompletedTask;
}
