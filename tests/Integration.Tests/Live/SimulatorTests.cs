using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;
using Integration.Tests.Operations;

namespace Integration.Tests.Live;

/// <summary>The simulated gateway is told how to behave while it runs.</summary>
public sealed class SimulatorTests(Servers servers, PaymentAlone alone) : SystemTest, IClassFixture<PaymentAlone>
{
    private const string Path = "/api/payments/simulator";

    [Fact]
    public async Task Every_replica_follows_a_change_and_a_restart_keeps_it()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var one = await system.StartAsync();
        var other = await system.StartAsync("Payment");
        await system.StockUpAsync("SIMULATED", 100);
        (await ReadAsync(one)).ToString().ShouldBe("""{"successRate":0.8,"latencyMs":{"min":0,"max":0},"seed":5}""");

        (await PutAsync(
            one, new { successRate = 0.0, latencyMs = new { min = 5, max = 20 }, seed = 7 })).Status.ShouldBe(HttpStatusCode.OK);
        await Eventually.Get("the other replica to follow", () => ReadAsync(other), settings => settings.Number("seed") == 7);
        for (var i = 0; i < 5; i++)
            (await system.EndOfAsync(await system.PlaceAsync("CUST-1", "SIMULATED"))).Text("statusReason").ShouldBe("PAYMENT_DECLINED");

        await PutAsync(other, new { successRate = 1.0, latencyMs = new { min = 0, max = 0 }, seed = 7 });
        await Eventually.Get(
            "the first replica to follow", () => ReadAsync(one), settings => settings.GetProperty("successRate").GetDouble() == 1);
        (await system.EndOfAsync(await system.PlaceAsync("CUST-1", "SIMULATED"))).Text("status").ShouldBe("COMPLETED");

        await other.StopAsync();
        (await ReadAsync(await system.StartAsync("Payment"))).Number("seed").ShouldBe(7);
    }

    [Theory]
    [InlineData("""{"successRate":1.1,"latencyMs":{"min":0,"max":0},"seed":1}""", "successRate")]
    [InlineData("""{"successRate":-0.1,"latencyMs":{"min":0,"max":0},"seed":1}""", "successRate")]
    [InlineData("""{"successRate":1,"latencyMs":{"min":-1,"max":0},"seed":1}""", "latencyMs.min")]
    [InlineData("""{"successRate":1,"latencyMs":{"min":0,"max":30001},"seed":1}""", "latencyMs.max")]
    [InlineData("""{"successRate":1,"latencyMs":{"min":5,"max":4},"seed":1}""", "latencyMs.max")]
    [InlineData("""{"successRate":1,"latencyMs":null,"seed":1}""", "latencyMs")]
    [InlineData("""{"successRate":1,"latencyMs":{"min":0,"max":0}}""", "seed")]
    public async Task Settings_that_make_no_sense_are_refused(string body, string field)
    {
        using var response = await alone.System.Api("Payment")
            .PutAsync(new Uri(Path, UriKind.Relative), new StringContent(body, null, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateObject().Select(error => error.Name)
            .ShouldContain(field);
    }

    private static Task<JsonElement> ReadAsync(HostProcess process) =>
        process.Http.GetFromJsonAsync<JsonElement>(new Uri(Path, UriKind.Relative));

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(HostProcess process, object settings)
    {
        using var response = await process.Http.PutAsJsonAsync(new Uri(Path, UriKind.Relative), settings);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
