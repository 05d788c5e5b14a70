using System.Net.Http.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Audit;

/// <summary>./dev audit against a system of four processes.</summary>
public sealed class AuditCommandTests(FourProcesses shared) : SystemTest, IClassFixture<FourProcesses>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task A_system_at_rest_is_found_healthy_then_violated_then_silent()
    {
        await PlayAsync();

        var (code, healthy) = await AuditAsync("--wait", "60");
        healthy.ShouldContain("all hold");
        code.ShouldBe(0, healthy);
        foreach (var module in FulfillmentSystem.Modules)
        {
            var report = await AuditApi.ReportAsync(_system, module);
            report.GetProperty("ok").GetBoolean().ShouldBeTrue(report.ToString());
            report.GetProperty("module").GetString().ShouldBe(module);
        }

        await _system.Payments.ExecuteAsync(
            "UPDATE payments SET amount = amount + 1 WHERE id = (SELECT min(id) FROM payments WHERE status = 'COMPLETED')");
        (code, var violated) = await AuditAsync();
        code.ShouldBe(1, violated);
        foreach (var check in new[] { "charged-once", "completed-is-paid", "money-adds-up" })
        {
            violated.Split('\n').ShouldContain(
                line => line.Contains(check, StringComparison.Ordinal) && line.Contains("VIOLATED", StringComparison.Ordinal), violated);
        }

        var notifications = _system.Api("Notification").BaseAddress!;
        string[] others = Addresses("Order", "Inventory", "Payment");
        (code, var wrong) = await CliProgram.RunAsync([.. others, "--notifications", _system.Api("Order").BaseAddress!.ToString()]);
        code.ShouldBe(2, wrong);
        await _system.StopAllAsync();
        (code, var silent) = await CliProgram.RunAsync([.. others, "--notifications", notifications.ToString()]);
        code.ShouldBe(2, silent);
        silent.ShouldContain("does not answer");
    }

    /// <summary>An order of each kind.</summary>
    private async Task PlayAsync()
    {
        await _system.StockUpAsync("AUDITED", 5);
        await _system.PlaceAsync("CUST-APPROVE-1", "AUDITED", quantity: 2);
        await _system.PlaceAsync("CUST-DECLINE-1", "AUDITED");
        await _system.PlaceAsync("CUST-APPROVE-1", "AUDITED", quantity: 100);
        await _system.PlaceAsync("CUST-APPROVE-1", "NO-SUCH-PRODUCT");
        var cancelled = await _system.PlaceAsync("CUST-APPROVE-1", "AUDITED");
        using var cancel = await _system.Api("Order")
            .PostAsJsonAsync($"/api/orders/{cancelled}/cancel", new { reason = "Changed my mind" });
        ((int)cancel.StatusCode).ShouldBeOneOf(200, 409); // It may be too late.
        await _system.AllEndAsync();

        var refunded = await _system.PlaceAsync("CUST-APPROVE-1", "AUDITED", price: 10m);
        (await _system.EndOfAsync(refunded)).GetProperty("status").GetString().ShouldBe("COMPLETED");
        var payment = (await _system.GetAsync("Payment", $"/api/payments?orderId={refunded}"))[0].GetProperty("paymentId").GetInt64();
        using var refund = await _system.Api("Payment")
            .PostAsJsonAsync($"/api/payments/{payment}/refunds", new { amount = 4m, reason = "Scratched" });
        refund.IsSuccessStatusCode.ShouldBeTrue(await refund.Content.ReadAsStringAsync());
    }

    private Task<(int ExitCode, string Output)> AuditAsync(params string[] options) =>
        CliProgram.RunAsync([.. Addresses([.. FulfillmentSystem.Modules]), .. options]);

    private string[] Addresses(params string[] modules) =>
        ["audit", .. modules.SelectMany(module => new[] { Option(module), _system.Api(module).BaseAddress!.ToString() })];

    private static string Option(string module) => module == "Inventory" ? "--inventory" : $"--{module.ToLowerInvariant()}s";
}
