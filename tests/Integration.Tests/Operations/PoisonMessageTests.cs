using System.Security.Cryptography;
using Integration.Tests.Fixture;
using Npgsql;
using RabbitMQ.Client;

namespace Integration.Tests.Operations;

/// <summary>Messages that cannot be processed among those that can.</summary>
public sealed class PoisonMessageTests(OneProcess shared) : SystemTest, IClassFixture<OneProcess>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Every_poison_in_every_queue_is_one_dead_letter_with_its_reason_and_orders_are_not_disturbed()
    {
        await _system.StockUpAsync("AMONG-POISON", 1_000);
        await using var channel = await _system.Broker.OpenAsync();
        var sent = new List<(string Queue, Poison Poison)>();
        var orders = new List<long>();
        var queues = (await _system.Broker.QueueNamesAsync())
            .Where(queue => !queue.Contains("dead-letter", StringComparison.Ordinal) && queue != "unrouted-queue").ToList();
        queues.Count.ShouldBeGreaterThan(10);

        foreach (var queue in queues)
        {
            foreach (var poison in PoisonSet.Of(queue))
            {
                // Ten megabytes for each queue would only take longer.
                if (poison.Name == "ten megabytes" && queue != "order-created-queue") continue;
                await channel.BasicPublishAsync("", queue, true, poison.Properties ?? new BasicProperties(), poison.Body);
                sent.Add((queue, poison));
                if (sent.Count % 20 == 0) orders.Add(await _system.PlaceAsync("CUST-APPROVE-1", "AMONG-POISON"));
            }
        }

        foreach (var id in orders) (await _system.EndOfAsync(id)).Text("status").ShouldBe("COMPLETED");
        var deadLetters = await Eventually.Get("every poison to be recorded", DeadLettersAsync, rows => rows.Count >= sent.Count);
        deadLetters.Count.ShouldBe(sent.Count);
        foreach (var (queue, poison) in sent)
        {
            var hash = SHA256.HashData(poison.Body.AsSpan(0, Math.Min(poison.Body.Length, 256 * 1024)));
            var deadLetter = deadLetters.Where(row => row.Queue == queue && row.Hash.AsSpan().SequenceEqual(hash))
                .ShouldHaveSingleItem($"{poison.Name} in {queue}");
            deadLetter.Bytes.ShouldBe(poison.Body.Length);
            deadLetter.Attempts.ShouldBe(1, poison.Name);
            deadLetter.Exception.ShouldBeOneOf("System.Text.Json.JsonException", "Fulfillment.Core.InvalidMessageException");
            deadLetter.Stack.ShouldNotBeNullOrEmpty();
        }

        // Every listener is alive: an order that fails and one that is declined pass through the queues that the good ones do not.
        (await _system.EndOfAsync(await _system.PlaceAsync("CUST-1", "NO-SUCH-PRODUCT"))).Text("status").ShouldBe("FAILED");
        (await _system.EndOfAsync(await _system.PlaceAsync("CUST-DECLINE", "AMONG-POISON"))).Text("status").ShouldBe("FAILED");
        foreach (var queue in await _system.Broker.QueueNamesAsync())
            await Eventually.Get($"{queue} to be empty", () => _system.Broker.WaitingAsync(queue), count => count == 0);
    }

    [Fact]
    public async Task Each_dead_letter_can_be_looked_at_whatever_its_body_is()
    {
        await using var channel = await _system.Broker.OpenAsync();
        foreach (var poison in PoisonSet.Of("looked-at"))
            await channel.BasicPublishAsync("", "inventory-reserved-queue", true, poison.Properties ?? new BasicProperties(), poison.Body);
        var api = new DeadLetterApi(_system, "Payment");

        // The queue may also hold dead letters of other tests.
        await Eventually.Get(
            "them all",
            () => _system.Payments.CountAsync("dead_letters WHERE queue = 'inventory-reserved-queue' AND body_bytes > 10000000"),
            count => count > 0);
        var deadLetters = await Eventually.Get(
            "them all", () => api.ListAsync("queue=inventory-reserved-queue"), rows => rows.Count >= PoisonSet.Of("").Count);

        foreach (var deadLetter in deadLetters)
        {
            var detail = await api.GetAsync(deadLetter.Id());
            detail.Text("queue").ShouldBe("inventory-reserved-queue");
            detail.Text("exchange").ShouldBe("inventory.events");
            detail.Text("routingKey").ShouldBe("inventory.reserved");
            detail.Text("eventType").ShouldBe("INVENTORY_RESERVED");
            detail.Text("stack").ShouldContain(detail.Text("exceptionType"));
            detail.GetProperty("body").Text("encoding").ShouldBeOneOf("json", "text", "base64");
        }

        deadLetters.ShouldContain(deadLetter => deadLetter.GetProperty("bodyBytes").GetInt64() == 0);
        var huge = deadLetters.First(deadLetter => deadLetter.GetProperty("bodyBytes").GetInt64() > 10_000_000);
        (await api.GetAsync(huge.Id())).GetProperty("body").GetProperty("truncated").GetBoolean().ShouldBeTrue();
        var (status, answer) = await api.PostAsync("replay", new { ids = new[] { huge.Id() } });
        ((int)status).ShouldBe(409);
        answer.Text("code").ShouldBe("BODY_TRUNCATED");
    }

    [Fact]
    public async Task Message_that_the_broker_moved_itself_is_recorded_with_what_the_broker_knows_and_what_its_body_shows()
    {
        var api = new DeadLetterApi(_system, "Notification");
        await using var channel = await _system.Broker.OpenAsync();
        // What a consumer without our headers leaves: the broker's own note. A plain client can write one only by rejecting a message.
        var queue = (await channel.QueueDeclareAsync(arguments: new Dictionary<string, object?>
        {
            ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "notification-dead-letter-queue",
        })).QueueName;
        await channel.BasicPublishAsync("", queue, true, new BasicProperties { Type = "SOMETHING" }, "not JSON"u8.ToArray());
        var message = await Eventually.Get("the message", () => channel.BasicGetAsync(queue, autoAck: false), got => got is not null);

        await channel.BasicRejectAsync(message!.DeliveryTag, requeue: false);

        var deadLetter = (await api.ArriveAsync(1, $"queue={queue}"))[0];
        deadLetter.Text("exceptionType").ShouldBe("broker:rejected");
        deadLetter.Text("eventType").ShouldBe("SOMETHING");
        var (status, answer) = await api.PostAsync("replay", new { ids = new[] { deadLetter.Id() } });
        ((int)status).ShouldBe(409);
        answer.Text("code").ShouldBe("NO_QUEUE");
    }

    [Fact]
    public async Task Dead_letter_that_cannot_be_stored_as_it_came_is_stored_without_its_properties_and_stops_no_other()
    {
        await using var channel = await _system.Broker.OpenAsync();
        // As a database refuses that has a rule of its own.
        await _system.Notifications.ExecuteAsync("ALTER TABLE dead_letters ADD CONSTRAINT test_refusal CHECK (message_type <> 'REFUSED')");
        var queue = "notification-dead-letter-queue";
        // The emoji is where a long name is cut.
        var name = new string('x', 253) + "\U0001F600" + new string('x', 20);
        var headers = new Dictionary<string, object?> { ["failure-exception-type"] = System.Text.Encoding.UTF8.GetBytes(name) };
        await channel.BasicPublishAsync(
            "", queue, true, new BasicProperties { Headers = headers, Type = "CUT" }, "cut looked-at"u8.ToArray());
        await channel.BasicPublishAsync("", queue, true, new BasicProperties { Type = "REFUSED" }, "refused looked-at"u8.ToArray());
        await channel.BasicPublishAsync("", queue, true, new BasicProperties { Type = "NEXT" }, "next looked-at"u8.ToArray());

        foreach (var body in new[] { "cut", "refused", "next" })
        {
            await Eventually.Get($"the dead letter '{body}'", () => _system.Notifications.ScalarAsync<long>(
                "SELECT count(*) FROM dead_letters WHERE body = convert_to($1, 'UTF8')", $"{body} looked-at"), count => count == 1);
        }

        (await _system.Notifications.ScalarAsync<string>("SELECT exception_type FROM dead_letters WHERE body = 'refused looked-at'::bytea"))
            .ShouldBe("Npgsql.PostgresException");
        (await _system.Notifications.ScalarAsync<string>("SELECT exception_type FROM dead_letters WHERE message_type = 'CUT'"))
            .ShouldBe(new string('x', 253) + "…");
        await _system.Notifications.ExecuteAsync("ALTER TABLE dead_letters DROP CONSTRAINT test_refusal");
    }

    [Fact]
    public async Task Policy_for_dead_letters_applies_to_queues_that_exist_and_is_no_difference_of_the_topology()
    {
        await using var channel = await _system.Broker.OpenAsync();
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum", ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "notification-dead-letter-queue",
        };
        await channel.QueueDeclareAsync("policy-test-queue", durable: true, exclusive: false, autoDelete: false, arguments);

        // As in docker-compose.yml and in the manifests.
        await _system.Broker.SetPolicyAsync(
            "dead-letters-at-least-once", "^(?!unrouted-|.*-dead-letter-).*-queue$",
            new Dictionary<string, object> { ["dead-letter-strategy"] = "at-least-once", ["overflow"] = "reject-publish" });

        foreach (var queue in new[] { "policy-test-queue", "order-created-queue" })
        {
            await Eventually.Get(
                $"the policy of {queue}",
                async () => (await _system.Broker.ReadAsync($"queues/{{vhost}}/{queue}"))
                    .GetProperty("effective_policy_definition").ToString(),
                policy => policy.Contains("at-least-once", StringComparison.Ordinal));
        }

        await channel.BasicPublishAsync(
            "", "policy-test-queue", true, new BasicProperties { Type = "SOMETHING" }, "looked-at, not JSON"u8.ToArray());
        var message = await Eventually.Get(
            "the message", () => channel.BasicGetAsync("policy-test-queue", autoAck: false), got => got is not null);
        await channel.BasicRejectAsync(message!.DeliveryTag, requeue: false);
        (await new DeadLetterApi(_system, "Notification").ArriveAsync(1, "queue=policy-test-queue"))[0].Text("exceptionType")
            .ShouldBe("broker:rejected");
        await channel.QueueDeleteAsync("policy-test-queue");
        (await _system.GetAsync("Order", "/api/orders/ops/topology")).GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    private sealed record Row(string Queue, byte[] Hash, long Bytes, int Attempts, string Exception, string? Stack);

    /// <summary>Every dead letter of every module, but those of the other tests of this class.</summary>
    private async Task<List<Row>> DeadLettersAsync()
    {
        var rows = new List<Row>();
        foreach (var database in new[] { _system.Orders, _system.Inventory, _system.Payments, _system.Notifications })
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString);
            await using var command = source.CreateCommand(
                """
                SELECT queue, sha256(body), body_bytes, attempts, exception_type, stack FROM dead_letters
                WHERE position('looked-at'::bytea IN body) = 0 AND exception_type NOT LIKE 'broker:%'
                """);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add(new Row(
                    reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2), reader.GetInt32(3), reader.GetString(4),
                    reader.IsDBNull(5) ? null : reader.GetString(5)));
        }

        return rows;
    }
}
