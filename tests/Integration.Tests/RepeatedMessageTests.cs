using Integration.Tests.Fixture;
using RabbitMQ.Client;

namespace Integration.Tests;

public sealed class RepeatedMessageTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Every_message_delivered_twice_changes_no_row_and_leads_to_the_same_messages()
    {
        await _system.StartAsync();
        var recorder = await _system.Broker.RecordMessagesAsync();
        await Task.WhenAll(
            _system.PlaceAsync("CUST-APPROVE-1", "PROD-002"), _system.PlaceAsync("CUST-APPROVE-2", "PROD-002", 2),
            _system.PlaceAsync("CUST-DECLINE-1", "PROD-003"), _system.PlaceAsync("CUST-DECLINE-2", "PROD-003", 3),
            _system.PlaceAsync("CUST-APPROVE-3", "PROD-001", 100), _system.PlaceAsync("CUST-APPROVE-4", "UNKNOWN"));
        await WaitUntilIdleAsync();
        // Each ORDER_CREATED leads to INVENTORY_RESERVED or INVENTORY_FAILED, a reservation to a payment event,
        // and a payment event to one about the stock.
        await Eventually.Get("20 messages", () => Task.FromResult(recorder.Messages.Count), count => count == 20);
        var messages = recorder.Messages;
        var rows = await DumpAsync();

        await using (var channel = await _system.Broker.OpenAsync())
        {
            foreach (var message in messages)
                await channel.BasicPublishAsync(
                    message.Exchange, message.RoutingKey, true, new BasicProperties(message.Properties), message.Bytes);
        }

        // The 20 of them, and what they lead to: of the four reserved orders the repeated ORDER_CREATED leads to three more messages, the
        // INVENTORY_RESERVED to two and the payment event to one; of the other two orders the ORDER_CREATED leads to one.
        await Eventually.Get("66 messages", () => Task.FromResult(recorder.Messages.Count), count => count == 20 + 20 + (4 * 6) + 2);
        await _system.StopAllAsync();

        var first = messages.ToDictionary(message => message.Id!);
        recorder.Messages.ShouldAllBe(message => first.ContainsKey(message.Id!));
        recorder.Messages.ShouldAllBe(message => first[message.Id!].Text == message.Text);
        foreach (var queue in await _system.Broker.QueueNamesAsync()) (await _system.Broker.WaitingAsync(queue)).ShouldBe(0u, queue);
        (await DumpAsync()).ShouldBe(rows);
    }

    private async Task WaitUntilIdleAsync()
    {
        await _system.AllEndAsync();
        await Eventually.Get("8 notifications", () => _system.Notifications.CountAsync("notification_logs"), count => count == 8);
        await Eventually.Get(
            "no active reservation", () => _system.Inventory.ScalarAsync<long>("SELECT count(*) FROM reservations WHERE status = 'ACTIVE'"),
            count => count == 0);
        await Eventually.Get("an empty outbox", () => _system.Orders.CountAsync("outbox_messages"), count => count == 0);
    }

    private async Task<string> DumpAsync() => string.Join('\n', await Task.WhenAll(
        _system.Orders.DumpAsync(except: "order_count_progress"), _system.Inventory.DumpAsync(), _system.Payments.DumpAsync(),
        _system.Notifications.DumpAsync()));
}
