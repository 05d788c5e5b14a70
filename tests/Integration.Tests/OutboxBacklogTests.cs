using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>Events that wait in the outbox until the broker is back. <c>OUTBOX_BACKLOG</c> sets their number, for a measurement.</summary>
[Collection<OutageCollection>]
public sealed class OutboxBacklogTests(StoppableSystem shared) : SystemTest, IClassFixture<StoppableSystem>
{
    private const int Batch = 500;
    private static readonly int Backlog = int.Parse(
        Environment.GetEnvironmentVariable("OUTBOX_BACKLOG") ?? "5000", CultureInfo.InvariantCulture);
    private readonly FulfillmentSystem _system = shared.System;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backlog_of_an_outage_is_published_batch_by_batch_whatever_the_planner_believes(bool plannedWhileEmpty)
    {
        shared.Servers.SkipUnlessBrokerIsOurs();
        await using var host = await _system.StartAsync("Order");
        await using (var channel = await _system.Broker.OpenAsync())
        {
            await channel.QueueDeclareAsync(
                "backlog", durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            await channel.QueueBindAsync("backlog", "order.events", "test.backlog");
            await channel.QueuePurgeAsync("backlog");
        }

        await NoteDeletionsAsync();
        if (plannedWhileEmpty)
        {
            await _system.Orders.ExecuteAsync("ALTER TABLE outbox_messages SET (autovacuum_enabled = off)");
            // One transaction, so that the relay sees none of these rows.
            await _system.Orders.ExecuteAsync($"DO $$ BEGIN {InsertOf(100)}; DELETE FROM outbox_messages; END $$");
            await _system.Orders.ExecuteAsync("ANALYZE outbox_messages");
        }

        await shared.Servers.StopBrokerAsync();
        await _system.Orders.ExecuteAsync("TRUNCATE deletions");
        await _system.Orders.ExecuteAsync(InsertOf(Backlog));
        var accepts = AcceptsConnectionsAsync(shared.Servers.Amqp);
        await shared.Servers.StartBrokerAsync();

        var clock = Stopwatch.StartNew();
        var late = Stopwatch.GetElapsedTime(await accepts);
        await Eventually.Get("the first rows to go", LeftAsync, left => left < Backlog);
        var first = clock.Elapsed + late;
        for (long left = Backlog; left > 0;) left = await Eventually.Get("further rows to go", LeftAsync, now => now < left);
        var all = clock.Elapsed + late;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Backlog} rows, planned while empty: {plannedWhileEmpty}: the first left {first.TotalSeconds:0.0} s after the broker "
            + $"accepted connections, the last {all.TotalSeconds:0.0} s; {Backlog / (all - first).TotalSeconds:0} rows/s");

        (await _system.Orders.ScalarAsync<long>("SELECT sum(rows) FROM deletions")).ShouldBe(Backlog);
        (await _system.Orders.ScalarAsync<int>("SELECT max(rows) FROM deletions")).ShouldBeLessThanOrEqualTo(Batch);
        await Eventually.Get("all of them in the queue", () => _system.Broker.WaitingAsync("backlog"), count => count >= Backlog);
        (await host.StopAsync()).ShouldBe(0);
    }

    private static string InsertOf(int count) => $"""
        INSERT INTO outbox_messages (event_id, event_type, exchange, routing_key, body)
        SELECT gen_random_uuid(), 'TEST_BACKLOG', 'order.events', 'test.backlog', repeat('x', 600) FROM generate_series(1, {count})
        """;

    /// <summary>When a socket can be opened, asked every few milliseconds.</summary>
    private static async Task<long> AcceptsConnectionsAsync(Uri address)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address.Host, address.Port);
                return Stopwatch.GetTimestamp();
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }
    }

    private Task<long> LeftAsync() => _system.Orders.CountAsync("outbox_messages");

    /// <summary>Makes the database note how many rows each committed statement has deleted.</summary>
    private Task NoteDeletionsAsync() => _system.Orders.ExecuteAsync("""
        CREATE TABLE IF NOT EXISTS deletions (rows int);
        CREATE OR REPLACE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO deletions SELECT count(*) FROM gone HAVING count(*) > 0; RETURN NULL; END';
        CREATE OR REPLACE TRIGGER note_deletion AFTER DELETE ON outbox_messages
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_deletion();
        """);
}
