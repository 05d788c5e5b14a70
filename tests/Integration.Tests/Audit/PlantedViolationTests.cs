using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Audit;

/// <summary>Each invariant of each module, violated by SQL behind the system's back.</summary>
public sealed class PlantedViolationTests(OneProcess shared) : SystemTest, IClassFixture<OneProcess>
{
    private readonly FulfillmentSystem _system = shared.System;

    /// <summary>A violation.</summary>
    /// <param name="Check">Name of the check that must find it.</param>
    /// <param name="Key">What it is about.</param>
    private sealed record Plant(string Module, string Check, string Key, string Sql);

    private static readonly Plant[] Plants =
    [
        new("Order", "total-is-sum-of-items", "910001", Order(910001, total: "10.01") + Item(910001, "10.00")),
        new("Order", "total-is-sum-of-items", "910002", Order(910002, total: "0")),
        new("Order", "history-is-a-path", "910003", Order(910003) + Item(910003)),
        new("Order", "history-is-a-path", "910004", OrderWith(910004, "COMPLETED", "CONFIRMED", "COMPLETED")),
        new("Order", "history-is-a-path", "910005", OrderWith(910005, "CONFIRMED", "PENDING", "COMPLETED", "CONFIRMED")),
        new("Order", "history-is-a-path", "910006", OrderWith(910006, "FAILED", "PENDING", "COMPLETED", "FAILED")),
        new("Order", "history-is-a-path", "910007", OrderWith(910007, "COMPLETED", "PENDING", "CONFIRMED")),
        new(
            "Order", "orders-end", "910008",
            Order(910008, status: "CONFIRMED", age: "3 minutes") + Item(910008) + History(910008, "PENDING", "CONFIRMED")),
        new("Order", "outbox-drains", "00000000-0000-0000-0000-000000000001", Outbox()),

        new("Inventory", "stock-not-negative", "NEGATIVE", Stock("NEGATIVE", available: -1, received: -1)),
        new("Inventory", "stock-conserved", "UNCONSERVED", Stock("UNCONSERVED", available: 5, received: 6)),
        new("Inventory", "reserved-is-held", "HELD-WITHOUT-ORDER", Stock("HELD-WITHOUT-ORDER", available: 5, reserved: 1, received: 6)),
        new(
            "Inventory", "reserved-is-held", "HELD-UNSEEN",
            Stock("HELD-UNSEEN", available: 5, received: 5) + Reservation(920001, "ACTIVE", "HELD-UNSEEN", 2)),
        new("Inventory", "reserved-is-held", "HELD-OF-NOTHING", Reservation(920002, "ACTIVE", "HELD-OF-NOTHING", 2)),
        new("Inventory", "sold-is-committed", "SOLD-WITHOUT-ORDER", Stock("SOLD-WITHOUT-ORDER", available: 5, sold: 1, received: 6)),
        new(
            "Inventory", "sold-is-committed", "SOLD-UNSEEN",
            Stock("SOLD-UNSEEN", available: 5, received: 5) + Reservation(920003, "COMMITTED", "SOLD-UNSEEN", 1)),
        new(
            "Inventory", "reservations-expire", "920004",
            Frozen("reservations", "UPDATE")
                + Stock("OVERDUE", available: 5, reserved: 1, received: 6)
                + Reservation(920004, "ACTIVE", "OVERDUE", 1, overdue: "3 minutes")),
        new("Inventory", "outbox-drains", "00000000-0000-0000-0000-000000000001", Outbox()),

        new(
            "Payment", "one-payment-per-order", "930001",
            "DROP INDEX ix_payments_order_id;" + Payment(930001, id: 930001) + Payment(930001, id: 930101)),
        new("Payment", "refunds-add-up", "930002", Payment(930002, refunded: "5") + Refund(930002, "4")),
        new("Payment", "refunds-add-up", "930003", Payment(930003, amount: "10", refunded: "11") + Refund(930003, "11")),
        new("Payment", "charged-once", "930004", Payment(930004, charges: [])),
        new("Payment", "charged-once", "930005", Payment(930005, amount: "10", charges: ["9.99"])),
        new("Payment", "charged-once", "930006", Payment(930006, amount: "10", charges: ["10", "10"])),
        new("Payment", "charged-once", "930007", Payment(930007, status: "FAILED", charges: ["10"])),
        new("Payment", "cancelled-is-refunded", "930008", Payment(930008, cancelled: "CUSTOMER_REQUESTED")),
        new(
            "Payment", "cancelled-is-refunded", "930009",
            Payment(930009, cancelled: "CUSTOMER_REQUESTED", refunded: "4") + Refund(930009, "4")),
        new("Payment", "refunded-is-closed", "930012", Payment(930012, refunded: "10") + Refund(930012, "10")),
        new("Payment", "refunded-is-closed", "930013", Payment(930013, amount: "0", cancelled: "CUSTOMER_REQUESTED")),
        new("Payment", "payments-end", "930010", Payment(930010, status: "PENDING", charges: [], age: "3 minutes")),
        new(
            "Payment", "payments-end", "930011",
            Frozen("refunds", "UPDATE") + Payment(930011, refunded: "10") + Refund(930011, "10", age: "3 minutes", open: true)),
        new("Payment", "outbox-drains", "00000000-0000-0000-0000-000000000001", Outbox()),

        new(
            "Notification", "told-once", "940001",
            "DROP INDEX ix_notification_logs_event_id_channel;" + Told(940001, "EMAIL", "SMS", "SMS")),
        new("Notification", "notified-by-email", "940002", Told(940002, "SMS")),
    ];

    public static TheoryData<string, string, string> Cases =>
        [.. Plants.Select(plant => new TheoryDataRow<string, string, string>(plant.Module, plant.Check, plant.Key))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_violation_is_found(string module, string check, string key)
    {
        var plant = Plants.Single(plant => (plant.Module, plant.Check, plant.Key) == (module, check, key));
        Keys(await AuditApi.CheckAsync(_system, module, check)).ShouldNotContain(key);

        var found = await ViolateAsync(plant);

        found.GetProperty("violations").GetInt64().ShouldBe(Keys(found).Length);
        Keys(found).ShouldContain(key);
        (await AuditApi.ReportAsync(_system, module)).GetProperty("ok").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("Order", "orders-end")]
    [InlineData("Inventory", "reservations-expire")]
    [InlineData("Payment", "payments-end")]
    public async Task What_is_open_is_no_violation_within_the_seconds_that_are_asked_for(string module, string check)
    {
        foreach (var plant in Plants.Where(plant => (plant.Module, plant.Check) == (module, check)))
        {
            if (!Keys(await AuditApi.CheckAsync(_system, module, check)).Contains(plant.Key)) await ViolateAsync(plant);
        }

        Keys(await AuditApi.CheckAsync(_system, module, check)).ShouldNotBeEmpty();
        Keys(await AuditApi.CheckAsync(_system, module, check, openSeconds: 3600)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_invariant_has_a_planted_violation()
    {
        foreach (var module in FulfillmentSystem.Modules)
        {
            var checks = (await AuditApi.ReportAsync(_system, module))
                .GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString());
            checks.ShouldBe(Plants.Where(plant => plant.Module == module).Select(plant => plant.Check).Distinct(), ignoreOrder: true);
        }
    }

    private async Task<JsonElement> ViolateAsync(Plant plant)
    {
        await AuditApi.Database(_system, plant.Module).ExecuteAsync(plant.Sql);
        return await AuditApi.CheckAsync(_system, plant.Module, plant.Check);
    }

    private static string[] Keys(JsonElement check) =>
        [.. check.GetProperty("examples").EnumerateArray().Select(example => example.GetProperty("key").GetString()!)];

    private static string Order(long id, string total = "10", string status = "PENDING", string age = "0 seconds") => $"""
        INSERT INTO orders (order_id, customer_id, total_amount, status, created_at, updated_at)
        VALUES ({id}, 'C', {total}, '{status}', now() - interval '{age}', now());
        """;

    private static string OrderWith(long id, string status, params string[] path) =>
        Order(id, status: status) + Item(id) + History(id, path);

    private static string Item(long order, string price = "10") => $"""
        INSERT INTO order_items (order_id, product_id, product_name, quantity, price) VALUES ({order}, 'P', 'N', 1, {price});
        """;

    private static string History(long order, params string[] path) => string.Concat(path.Select(status => $"""
        INSERT INTO order_history (order_id, event_id, event_type, source, occurred_at, recorded_at, status)
        VALUES ({order}, gen_random_uuid(), 'PLANTED', 'test', now(), now(), '{status}');
        """));

    private static string Stock(string product, int available, int received, int reserved = 0, int sold = 0) => $"""
        ALTER TABLE inventory_items DROP CONSTRAINT IF EXISTS ck_inventory_items_not_negative;
        ALTER TABLE inventory_items DROP CONSTRAINT IF EXISTS ck_inventory_items_conserved;
        INSERT INTO inventory_items (product_id, product_name, available_quantity, reserved_quantity, sold_quantity, received_quantity)
        VALUES ('{product}', 'N', {available}, {reserved}, {sold}, {received});
        """;

    private static string Reservation(long order, string status, string product, int quantity, string overdue = "-1 day") => $"""
        INSERT INTO reservations (order_id, customer_id, status, product_ids, quantities, event_id, created_at, updated_at, expires_at)
        VALUES (
            {order}, 'C', '{status}', ARRAY['{product}'], ARRAY[{quantity}], gen_random_uuid(), now(), now(), now() - interval '{overdue}');
        """;

    private static string Payment(
        long order, long? id = null, string status = "COMPLETED", string amount = "10", string refunded = "0", string? cancelled = null,
        string[]? charges = null, string age = "0 seconds") => $"""
        ALTER TABLE payments DROP CONSTRAINT IF EXISTS ck_payments_refunded_amount;
        INSERT INTO payments (
            id, order_id, customer_id, amount, status, refunded_amount, cancel_reason, payment_method, transaction_id, event_id, created_at,
            updated_at)
        VALUES (
            {id ?? order}, {order}, 'C', {amount}, '{status}', {refunded}, nullif('{cancelled}', ''), 'CARD', 'TXN-0', gen_random_uuid(),
            now() - interval '{age}', now());
        """ + string.Concat((charges ?? [amount]).Select(charge => $"""
        INSERT INTO payment_transactions (payment_id, transaction_id, type, status, amount, message, created_at)
        VALUES ({id ?? order}, 'TXN-0', 'CHARGE', 'COMPLETED', {charge}, 'planted', now());
        """));

    private static string Refund(long payment, string amount, string age = "0 seconds", bool open = false) => $"""
        INSERT INTO refunds (payment_id, amount, reason_code, event_id, created_at, completed_at)
        VALUES ({payment}, {amount}, 'MANUAL', gen_random_uuid(), now() - interval '{age}', {(open ? "NULL" : "now()")});
        """;

    private static string Told(long order, params string[] channels) => $"""
        INSERT INTO notification_logs (event_id, order_id, customer_id, channel, recipient, subject, message, sent_at)
        SELECT event, {order}, 'C', channel, 'R', 'S', 'M', now()
        FROM (SELECT gen_random_uuid() AS event) AS one, unnest(
            string_to_array('{string.Join(',', channels)}', ',')::notification_channel[]) AS channel;
        """;

    /// <summary>Keeps what a background worker would mend at once.</summary>
    private static string Frozen(string table, string change) => $"""
        CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE OR REPLACE TRIGGER keep BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION keep();
        """;

    private static string Outbox() => Frozen("outbox_messages", "DELETE") + """
        INSERT INTO outbox_messages (event_id, event_type, exchange, routing_key, body, created_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'STUCK', 'order.events', 'order.created', '{}', now() - interval '3 minutes')
        """;
}
