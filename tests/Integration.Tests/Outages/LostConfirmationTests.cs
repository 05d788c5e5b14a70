using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.Tests.Fixture;
using Fulfillment.Harness.Network;
using Npgsql;

namespace Integration.Tests.Outages;

/// <summary>A commit happens, and the connection breaks before the server can say so.</summary>
public sealed class LostConfirmationTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    private readonly FulfillmentSystem _system = shared.System;

    [Fact]
    public async Task Order_whose_commit_was_not_confirmed_is_stored_once_and_answered_as_it_is_stored()
    {
        await using var network = new TcpProxy("127.0.0.1", new NpgsqlConnectionStringBuilder(_system.Orders.ConnectionString).Port);
        await using var host = await _system.StartAsync("Order", ("ConnectionStrings__Order", Through(network, _system.Orders)));
        var recorder = await _system.Broker.RecordMessagesAsync();
        network.NetworkConditions.LoseReplies(1, "COMMIT"u8);

        using var response = await _system.Api("Order").PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-LOST", "NO-STOCK"));

        network.NetworkConditions.Lost.ShouldBe(1);
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var placed = await response.Content.ReadFromJsonAsync<JsonElement>();
        var id = placed.GetProperty("orderId").GetInt64();
        var stored = await _system.GetAsync("Order", $"/api/orders/{id}");
        placed.GetProperty("createdAt").GetString().ShouldBe(stored.GetProperty("createdAt").GetString());
        (await _system.Orders.CountAsync("orders")).ShouldBe(1);
        await Eventually.Get("an empty outbox", () => _system.Orders.CountAsync("outbox_messages"), count => count == 0);
        await Eventually.True("the event to be seen", () => recorder.Of("ORDER_CREATED", id).Count > 0);
        recorder.Of("ORDER_CREATED", id).Select(message => message.Text).Distinct().Count().ShouldBe(1);
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Change_whose_commit_was_not_confirmed_is_answered_with_an_unknown_outcome()
    {
        await using var network = new TcpProxy("127.0.0.1", new NpgsqlConnectionStringBuilder(_system.Payments.ConnectionString).Port);
        await using var host = await _system.StartAsync("Payment", ("ConnectionStrings__Payment", Through(network, _system.Payments)));
        var settings = new { successRate = 0.5, latencyMs = new { min = 0, max = 0 }, seed = 77 };
        network.NetworkConditions.LoseReplies(1, "COMMIT"u8);

        using var response = await _system.Api("Payment").PutAsJsonAsync("/api/payments/simulator", settings);

        network.NetworkConditions.Lost.ShouldBe(1);
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        response.Headers.RetryAfter.ShouldNotBeNull("a PUT may be repeated");
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("OUTCOME_UNKNOWN");
        (await _system.Payments.ScalarAsync<int>("SELECT seed FROM simulator")).ShouldBe(77, "it was carried out");
        (await host.StopAsync()).ShouldBe(0);
    }

    private static string Through(TcpProxy network, Database database) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = network.Port }.ConnectionString;
}
