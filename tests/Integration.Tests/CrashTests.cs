using System.Net.Http.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>The process dies at its most awkward moments, as if the power had failed.</summary>
public sealed class CrashTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Theory]
    [InlineData("inventory-after-commit")]
    [InlineData("inventory-after-publish")]
    public async Task Reservation_that_was_stored_is_announced_with_the_stored_id_and_takes_stock_once(string moment)
    {
        var (id, recorder) = await CrashAndRecoverAsync(moment);

        var stored = await _system.Inventory.ScalarAsync<Guid>("SELECT event_id FROM reservations WHERE order_id = $1", id);
        recorder.Of("INVENTORY_RESERVED", id).ShouldNotBeEmpty();
        recorder.Of("INVENTORY_RESERVED", id).ShouldAllBe(message => message.Id == stored.ToString());
    }

    [Theory]
    [InlineData("payment-after-commit")]
    [InlineData("payment-after-publish")]
    public async Task Payment_that_was_stored_is_announced_with_the_stored_id_and_charged_once(string moment)
    {
        var (id, recorder) = await CrashAndRecoverAsync(moment);

        var stored = (await _system.Payments.ListAsync<Guid>("SELECT event_id FROM payments WHERE order_id = $1", id))
            .ShouldHaveSingleItem();
        recorder.Of("PAYMENT_COMPLETED", id).ShouldNotBeEmpty();
        recorder.Of("PAYMENT_COMPLETED", id).ShouldAllBe(message => message.Id == stored.ToString());
        (await _system.Payments.ScalarAsync<long>(
            "SELECT count(*) FROM payment_transactions WHERE payment_id = (SELECT id FROM payments WHERE order_id = $1)", id)).ShouldBe(1);
    }

    [Fact]
    public async Task Order_whose_announcement_was_not_noted_as_published_is_announced_again_with_the_same_id()
    {
        var (id, recorder) = await CrashAndRecoverAsync("relay-before-commit");

        var announced = recorder.Of("ORDER_CREATED", id);
        announced.Count.ShouldBe(2);
        announced[1].Id.ShouldBe(announced[0].Id);
        announced[1].Text.ShouldBe(announced[0].Text);
    }

    /// <summary>Places an order in a process that dies at the given moment, starts another one, and sees the order through.</summary>
    private async Task<(long OrderId, MessageRecorder MessageRecorder)> CrashAndRecoverAsync(string moment)
    {
        Assert.SkipUnless(Repository.HasFailpoints, "Failpoints are compiled into Debug builds only");
        var product = $"CRASH-{moment}";
        await using var dying = await _system.StartAsync(null, ("FAILPOINT", $"{moment}:1"));
        await _system.StockUpAsync(product, 5);
        var recorder = await _system.Broker.RecordMessagesAsync();
        var before = await _system.Orders.CountAsync("orders");

        try
        {
            using var response = await dying.Http.PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-APPROVE-1", product));
        }
        catch (HttpRequestException)
        {
            // The process may be gone before its answer is out.
            TestContext.Current.TestOutputHelper!.WriteLine("The order was not answered.");
        }

        (await dying.WaitForExitAsync()).ShouldBe(137);
        (await _system.Orders.CountAsync("orders")).ShouldBe(before + 1);
        var id = await _system.Orders.ScalarAsync<long>("SELECT max(order_id) FROM orders");

        await using var next = await _system.StartAsync();
        (await _system.EndOfAsync(id)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        await _system.StockBecomesAsync(product, available: 4, reserved: 0, sold: 1);
        await Eventually.Get(
            "two notifications",
            () => _system.Notifications.ScalarAsync<long>("SELECT count(*) FROM notification_logs WHERE order_id = $1", id),
            count => count == 2);
        (await next.StopAsync()).ShouldBe(0);
        return (id, recorder);
    }
}
