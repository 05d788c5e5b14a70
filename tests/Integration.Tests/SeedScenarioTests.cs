using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>What the system promises to customers, the same in one process and in four.</summary>
public abstract class SeedScenarioTests(SharedSystem shared) : SystemTest
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Approved_order_is_paid_sold_and_announced_on_both_channels()
    {
        var before = await _system.StockAsync("PROD-002");
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002", price: 29.99m);

        var order = await _system.EndOfAsync(id);
        order.GetProperty("status").GetString().ShouldBe("COMPLETED");
        order.GetProperty("statusReason").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        await _system.StockBecomesAsync("PROD-002", available: before.Available - 1, reserved: 0, sold: before.Sold + 1);

        var payment = (await _system.GetAsync("Payment", $"/api/payments?orderId={id}")).EnumerateArray().ShouldHaveSingleItem();
        payment.GetProperty("status").GetString().ShouldBe("COMPLETED");
        payment.GetProperty("amount").GetDecimal().ShouldBe(29.99m);
        payment.GetProperty("transactionId").GetString()!.ShouldMatch("^TXN-[0-9A-Z]{8}$");
        var transaction = (await _system.GetAsync("Payment", $"/api/payments/{payment.GetProperty("paymentId")}/transactions"))
            .EnumerateArray().ShouldHaveSingleItem();
        transaction.GetProperty("transactionId").GetString().ShouldBe(payment.GetProperty("transactionId").GetString());

        (await ChannelsToldAsync(id, 2)).ShouldBe(["EMAIL", "SMS"]);
        await Eventually.True("the log lines of the notifications", () => new[]
        {
            "📧 EMAIL NOTIFICATION SENT:", $"Subject: Order #{id} - Payment Successful!", "SMS NOTIFICATION SENT:",
        }.All(line => _system.Output.Contains(line, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Order_beyond_the_stock_fails_without_a_payment()
    {
        var id = await _system.PlaceAsync("CUST-APPROVE-2", "PROD-001", quantity: 100);

        var order = await _system.EndOfAsync(id);
        order.GetProperty("status").GetString().ShouldBe("FAILED");
        order.GetProperty("statusReason").GetString().ShouldBe("OUT_OF_STOCK");
        (await _system.StockAsync("PROD-001")).ShouldBe((10, 0, 0));
        (await ChannelsToldAsync(id, 1)).ShouldBe(["EMAIL"]);
        (await _system.GetAsync("Payment", $"/api/payments?orderId={id}")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Declined_payment_gives_the_stock_back()
    {
        var id = await _system.PlaceAsync("CUST-DECLINE-1", "PROD-003", quantity: 2);

        var order = await _system.EndOfAsync(id);
        order.GetProperty("status").GetString().ShouldBe("FAILED");
        order.GetProperty("statusReason").GetString().ShouldBe("PAYMENT_DECLINED");
        await _system.StockBecomesAsync("PROD-003", available: 30, reserved: 0, sold: 0);

        var payment = (await _system.GetAsync("Payment", $"/api/payments?orderId={id}")).EnumerateArray().ShouldHaveSingleItem();
        payment.GetProperty("status").GetString().ShouldBe("FAILED");
        var transaction = (await _system.GetAsync("Payment", $"/api/payments/{payment.GetProperty("paymentId")}/transactions"))
            .EnumerateArray().ShouldHaveSingleItem();
        transaction.GetProperty("status").GetString().ShouldBe("FAILED");
        (await ChannelsToldAsync(id, 1)).ShouldBe(["EMAIL"]);
    }

    private async Task<string[]> ChannelsToldAsync(long order, int count)
    {
        var told = await Eventually.Get(
            $"{count} notification(s) about order {order}", () => _system.GetAsync("Notification", $"/api/notifications?orderId={order}"),
            list => list.GetArrayLength() >= count);
        return [.. told.EnumerateArray().Select(notification => notification.GetProperty("channel").GetString()!).Order()];
    }
}

[Collection<OneProcessCollection>]
public sealed class SeedScenariosInOneProcessTests(OneProcess shared) : SeedScenarioTests(shared);

public sealed class SeedScenariosInFourProcessesTests(FourProcesses shared) : SeedScenarioTests(shared), IClassFixture<FourProcesses>;
