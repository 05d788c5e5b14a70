using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Fulfillment.Order;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>Orders that are cancelled or not paid in time, and the money and stock that they give back.</summary>
public sealed class OrderOutcomeTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Order_cancelled_before_other_modules_see_it_holds_no_stock_and_charges_nothing()
    {
        await using var order = await _system.StartAsync("Order");
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002", 3);
        (await CancelAsync(id)).Status.ShouldBe(HttpStatusCode.OK);
        await Eventually.Get("an empty outbox", () => _system.Orders.CountAsync("outbox_messages"), count => count == 0);
        // Payment receives the cancellation first.
        await using (var early = await _system.StartAsync("Payment,Notification"))
        {
            await Eventually.Get("the payment to be voided", () => StatusOfPaymentAsync(id), status => status == "VOIDED");
            await early.StopAsync();
        }

        await using var all = await _system.StartAsync();
        await Eventually.Get(
            "the tombstone", () => _system.Inventory.ScalarAsync<string>("SELECT status::text FROM reservations WHERE order_id = $1", id),
            status => status == "RELEASED");
        await _system.StockBecomesAsync("PROD-002", available: 50, reserved: 0, sold: 0);
        await NothingOnItsWayAsync();

        var ended = await _system.EndOfAsync(id);
        (Text(ended, "status"), Text(ended, "statusReason")).ShouldBe(("CANCELLED", "CUSTOMER_REQUESTED"));
        (await TransactionsAsync(id)).ShouldBeEmpty();
        await ToldAsync(id, $"Order #{id} - Cancelled");
        await all.StopAsync();
        await order.StopAsync();
    }

    [Fact]
    public async Task Order_cancelled_after_it_was_charged_gets_its_money_and_its_stock_back()
    {
        // Order hears of nothing while the others reserve, charge and sell.
        await using var order = await _system.StartAsync("Order");
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-003", 2, 10m);
        await Eventually.Get("an empty outbox", () => _system.Orders.CountAsync("outbox_messages"), count => count == 0);
        await order.StopAsync();
        await using var others = await _system.StartAsync("Inventory,Payment,Notification");
        await _system.StockBecomesAsync("PROD-003", available: 28, reserved: 0, sold: 2);
        await others.StopAsync();
        await _system.Orders.ExecuteAsync(
            "UPDATE orders SET status = 'CANCELLED', status_reason = 'CUSTOMER_REQUESTED' WHERE order_id = $1", id);
        await _system.Orders.ExecuteAsync(
            """
            INSERT INTO outbox_messages (event_id, event_type, exchange, routing_key, body)
            SELECT e, 'ORDER_CANCELLED', 'order.events', 'order.cancelled',
                json_build_object(
                    'eventId', e, 'timestamp', '2026-01-15T22:43:06', 'orderId', $1, 'customerId', 'CUST-APPROVE-1', 'reason', 'No',
                    'reasonCode', 'CUSTOMER_REQUESTED')::text
            FROM gen_random_uuid() AS e
            """,
            id);

        await using var all = await _system.StartAsync();

        await _system.StockBecomesAsync("PROD-003", available: 30, reserved: 0, sold: 0);
        var payment = await Eventually.Get("the refund", () => PaymentAsync(id), p => Text(p, "status") == "REFUNDED");
        payment.GetProperty("refundedAmount").GetDecimal().ShouldBe(20m);
        Text(payment, "cancelReason").ShouldBe("CUSTOMER_REQUESTED");
        await NothingOnItsWayAsync();
        Text(await _system.EndOfAsync(id), "status").ShouldBe("CANCELLED");
        (await TransactionsAsync(id)).ShouldBe(["CHARGE", "REFUND"]);
        await ToldAsync(
            id, $"Order #{id} - Cancelled", $"Order #{id} - Payment Successful!", $"Order #{id} - Payment Successful!",
            $"Order #{id} - Refund");
        await all.StopAsync();
    }

    [Fact]
    public async Task Unpaid_reservation_expires_and_a_late_payment_is_refunded()
    {
        await using var unpaid = await _system.StartAsync("Order,Inventory", ("Inventory__ReservationTtl", "00:00:01"));
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-001", 4);
        var ended = await _system.EndOfAsync(id);
        (Text(ended, "status"), Text(ended, "statusReason")).ShouldBe(("CANCELLED", "RESERVATION_EXPIRED"));
        await _system.StockBecomesAsync("PROD-001", available: 10, reserved: 0, sold: 0);
        (await _system.Inventory.ScalarAsync<string>("SELECT status::text FROM reservations WHERE order_id = $1", id)).ShouldBe("EXPIRED");

        // Payment has both events in its queues, and may take them in either order.
        await using var late = await _system.StartAsync("Payment,Notification");
        var payment = await Eventually.Get(
            "the payment to be closed", () => PaymentAsync(id), p => Text(p, "status") is "REFUNDED" or "VOIDED");
        await NothingOnItsWayAsync();

        Text(payment, "cancelReason").ShouldBe("RESERVATION_EXPIRED");
        Text(await _system.GetAsync("Order", $"/api/orders/{id}"), "status").ShouldBe("CANCELLED");
        (await _system.StockAsync("PROD-001")).ShouldBe((10, 0, 0));
        await Eventually.Get("the notifications", () => SubjectsAsync(id), told => told.Contains($"Order #{id} - Reservation Expired"));
        await late.StopAsync();
        await unpaid.StopAsync();
    }

    [Fact]
    public async Task Order_that_has_ended_cannot_be_cancelled_and_one_that_is_cancelled_stays_so()
    {
        await using var all = await _system.StartAsync();
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "PROD-002");
        Text(await _system.EndOfAsync(id), "status").ShouldBe("COMPLETED");

        var refused = await CancelAsync(id);
        (refused.Status, Text(refused.Body, "code")).ShouldBe((HttpStatusCode.Conflict, "ORDER_ENDED"));
        (await CancelAsync(long.MaxValue)).Status.ShouldBe(HttpStatusCode.NotFound);
        var tooLong = await CancelAsync(id, new { reason = new string('x', 201) });
        (tooLong.Status, tooLong.Body.GetProperty("errors").EnumerateObject().Single().Name)
            .ShouldBe((HttpStatusCode.BadRequest, "reason"));
        await _system.Orders.ExecuteAsync("UPDATE orders SET status = 'CONFIRMED', status_reason = NULL WHERE order_id = $1", id);
        var first = await CancelAsync(id, new { reason = "Changed my mind" });
        var second = await CancelAsync(id);

        (first.Status, second.Status).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        Text(second.Body, "statusReason").ShouldBe("CUSTOMER_REQUESTED");
        (await _system.Orders.ListAsync<string>(
            "SELECT summary FROM order_history WHERE order_id = $1 AND event_type = 'ORDER_CANCELLED'", id)).ShouldBe(["Changed my mind"]);
        await NothingOnItsWayAsync();
        await all.StopAsync();
    }

    [Fact]
    public async Task Payment_is_refunded_by_hand_in_parts_until_nothing_is_left()
    {
        await using var all = await _system.StartAsync();
        await _system.StockUpAsync("REFUND", 5);
        var id = await _system.PlaceAsync("CUST-APPROVE-1", "REFUND", 1, 30m);
        await _system.EndOfAsync(id);
        var payment = (await PaymentAsync(id)).GetProperty("paymentId").GetInt64();

        (await RefundAsync(payment, new { reason = "Scratched", amount = 12.5m })).Status.ShouldBe(HttpStatusCode.Created);
        var tooMuch = await RefundAsync(payment, new { reason = "More", amount = 17.51m });
        var rest = await RefundAsync(payment, new { reason = "The rest" });
        var nothing = await RefundAsync(payment, new { reason = "Again" });

        (tooMuch.Status, Text(tooMuch.Body, "code")).ShouldBe((HttpStatusCode.Conflict, "NOT_REFUNDABLE"));
        (rest.Status, rest.Body.GetProperty("amount").GetDecimal()).ShouldBe((HttpStatusCode.Created, 17.5m));
        nothing.Status.ShouldBe(HttpStatusCode.Conflict);
        (await RefundAsync(long.MaxValue, new { reason = "x" })).Status.ShouldBe(HttpStatusCode.NotFound);
        foreach (var amount in new[] { 0m, -1m, 1.001m })
        {
            var wrong = await RefundAsync(payment, new { reason = "x", amount });
            (wrong.Status, wrong.Body.GetProperty("errors").EnumerateObject().Single().Name)
                .ShouldBe((HttpStatusCode.BadRequest, "amount"));
        }

        await Eventually.Get("the payment to be refunded", () => PaymentAsync(id), p => Text(p, "status") == "REFUNDED");
        var refunds = await _system.GetAsync("Payment", $"/api/payments/{payment}/refunds");
        refunds.EnumerateArray().Select(
            refund => (Text(refund, "status"), Text(refund, "reasonCode"), refund.GetProperty("amount").GetDecimal()))
            .ShouldBe([("COMPLETED", "MANUAL", 17.5m), ("COMPLETED", "MANUAL", 12.5m)]);
        await NothingOnItsWayAsync();
        Text(await _system.GetAsync("Order", $"/api/orders/{id}"), "status").ShouldBe("COMPLETED");
        await ToldAsync(
            id, $"Order #{id} - Payment Successful!", $"Order #{id} - Payment Successful!", $"Order #{id} - Refund",
            $"Order #{id} - Refund");
        await all.StopAsync();
    }

    [Fact]
    public async Task History_of_an_order_is_the_path_that_it_took()
    {
        await using var all = await _system.StartAsync();
        await _system.StockUpAsync("PATH", 5);
        var (paid, declined) = (await _system.PlaceAsync("CUST-APPROVE-1", "PATH"), await _system.PlaceAsync("CUST-DECLINE-1", "PATH"));
        await Task.WhenAll(_system.EndOfAsync(paid), _system.EndOfAsync(declined));

        // The queues of the events are not in step: a status may be recorded before what led to it.
        (await HistoryAsync(paid)).Select(entry => entry.Split(' ')[0]).ShouldBe(
            ["ORDER_CREATED", "INVENTORY_RESERVED", "PAYMENT_COMPLETED", "INVENTORY_COMMITTED"], ignoreOrder: true);
        (await HistoryAsync(declined)).Select(entry => entry.Split(' ')[0]).ShouldBe(
            ["ORDER_CREATED", "INVENTORY_RESERVED", "PAYMENT_FAILED", "INVENTORY_RELEASED"], ignoreOrder: true);
        foreach (var (id, end) in new[] { (paid, OrderStatus.Completed), (declined, OrderStatus.Failed) })
        {
            var path = (await HistoryAsync(id)).Select(entry => Enum.Parse<OrderStatus>(entry.Split(' ')[1], ignoreCase: true)).ToList();
            (path[0], path[^1]).ShouldBe((OrderStatus.Pending, end));
            path.ShouldBeInOrder();
        }

        await all.StopAsync();
    }

    private async Task NothingOnItsWayAsync()
    {
        await Eventually.Get("empty outboxes", async () =>
            await _system.Orders.CountAsync("outbox_messages")
                + await _system.Payments.CountAsync("outbox_messages") + await _system.Inventory.CountAsync("outbox_messages"),
            count => count == 0);
        await _system.Broker.DrainedAsync();
    }

    /// <summary>The four events of an order that went through, each with the status after it.</summary>
    private Task<IReadOnlyList<string>> HistoryAsync(long id) => Eventually.Get(
        "four entries",
        () => _system.Orders.ListAsync<string>("SELECT event_type || ' ' || status FROM order_history WHERE order_id = $1 ORDER BY id", id),
        entries => entries.Count == 4);

    private Task<IReadOnlyList<string>> ToldAsync(long id, params string[] subjects) =>
        Eventually.Get("the notifications", () => SubjectsAsync(id), told => told.SequenceEqual(subjects));

    private Task<IReadOnlyList<string>> SubjectsAsync(long id) =>
        _system.Notifications.ListAsync<string>("SELECT subject FROM notification_logs WHERE order_id = $1 ORDER BY subject", id);

    private Task<IReadOnlyList<string>> TransactionsAsync(long id) => _system.Payments.ListAsync<string>(
        "SELECT t.type FROM payment_transactions t JOIN payments p ON p.id = t.payment_id WHERE p.order_id = $1 ORDER BY t.id", id);

    private Task<string?> StatusOfPaymentAsync(long id) =>
        _system.Payments.ScalarAsync<string>("SELECT status::text FROM payments WHERE order_id = $1", id);

    private async Task<JsonElement> PaymentAsync(long id) =>
        (await _system.GetAsync("Payment", $"/api/payments?orderId={id}")).EnumerateArray().ShouldHaveSingleItem();

    private Task<(HttpStatusCode Status, JsonElement Body)> CancelAsync(long id, object? body = null) =>
        PostAsync("Order", $"/api/orders/{id}/cancel", body);

    private Task<(HttpStatusCode Status, JsonElement Body)> RefundAsync(long payment, object body) =>
        PostAsync("Payment", $"/api/payments/{payment}/refunds", body);

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string module, string path, object? body)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var response = await _system.Api(module).PostAsync(new Uri(path, UriKind.Relative), content);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
