using Integration.Tests.Fixture;

namespace Integration.Tests.Audit;

/// <summary>What a scraper sees of the invariants.</summary>
public sealed class AuditMetricTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private const string Gauge = "fulfillment_invariant_violations";
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Violations_are_shown_by_one_replica_and_by_the_other_when_that_one_is_killed()
    {
        HostProcess[] replicas = [await StartAsync(), await StartAsync()];
        (HostProcess Auditor, HostProcess Other) pair = await Eventually.Get("one replica to audit", async () =>
            await ViolationsAsync(replicas[0]) is not null ? (replicas[0], replicas[1])
            : await ViolationsAsync(replicas[1]) is not null ? (replicas[1], replicas[0])
            : ((HostProcess, HostProcess)?)null,
            found => found is not null) ?? default;
        (await ViolationsAsync(pair.Auditor)).ShouldBe("0");

        await _system.Inventory.ExecuteAsync("ALTER TABLE inventory_items DROP CONSTRAINT ck_inventory_items_conserved");
        // Three audits of the one are time enough for one of the other.
        foreach (var (change, violations) in new[] { ("+ 1", "2"), ("- 1", "0"), ("+ 1", "2") })
        {
            await _system.Inventory.ExecuteAsync(
                $"UPDATE inventory_items SET received_quantity = received_quantity {change} WHERE product_id IN ('PROD-001', 'PROD-002')");
            await Eventually.Get($"the gauge to show {violations}", () => ViolationsAsync(pair.Auditor), shown => shown == violations);
        }

        (await ViolationsAsync(pair.Other)).ShouldBeNull();

        await pair.Auditor.KillAsync();
        await Eventually.Get("the other replica to audit", () => ViolationsAsync(pair.Other), shown => shown == "2");
    }

    private Task<HostProcess> StartAsync() => _system.StartAsync("Inventory", ("Audit__Interval", "00:00:01"));

    /// <summary>The value of one check's gauge; null when the process does not show it.</summary>
    private static async Task<string?> ViolationsAsync(HostProcess process)
    {
        var lines = (await process.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');
        string[] marks = [$"{Gauge}{{", "module=\"Inventory\"", "check=\"stock-conserved\""];
        return lines.SingleOrDefault(line => marks.All(mark => line.Contains(mark, StringComparison.Ordinal)))?.Split(' ')[1];
    }
}
