using System.Text.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Audit;

/// <summary>A check that cannot be made hides no other.</summary>
public sealed class FailedCheckTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task A_check_that_takes_too_long_is_reported_and_the_others_are_made()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var process = await system.StartAsync("Inventory", ("Audit__Interval", "00:00:01"), ("Audit__StatementTimeout", "00:00:01"));
        await system.Inventory.ExecuteAsync("""
            ALTER TABLE inventory_items DROP CONSTRAINT ck_inventory_items_conserved;
            UPDATE inventory_items SET received_quantity = received_quantity + 1 WHERE product_id = 'PROD-001';
            ALTER TABLE reservations RENAME TO stored_reservations;
            CREATE VIEW reservations AS
            SELECT order_id, customer_id, status, product_ids, quantities, event_id, correlation_id, reason_code, expires_at
            FROM stored_reservations
            UNION ALL SELECT -1, 'C', 'COMMITTED', '{}', '{}', gen_random_uuid(), NULL, NULL, NULL FROM pg_sleep(60)
            """);

        var checks = (await AuditApi.ReportAsync(system, "Inventory"))
            .GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);

        checks["sold-is-committed"].GetProperty("notChecked").GetString()!.ShouldContain("Audit__StatementTimeout");
        checks["stock-conserved"].GetProperty("violations").GetInt64().ShouldBe(1);
        checks["outbox-drains"].GetProperty("notChecked").ValueKind.ShouldBe(JsonValueKind.Null);
        await Eventually.True("the gauges to say so", async () =>
        {
            var lines = (await process.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');
            return lines.Any(line => Is(line, "fulfillment_invariant_unchecked", "sold-is-committed", "1"))
                && lines.Any(line => Is(line, "fulfillment_invariant_violations", "stock-conserved", "1"));
        });
    }

    private static bool Is(string line, string metric, string check, string value) =>
        line.StartsWith(metric, StringComparison.Ordinal)
            && line.Contains($"\"{check}\"", StringComparison.Ordinal) && line.Split(' ')[1] == value;
}
